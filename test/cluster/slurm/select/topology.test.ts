import { describe, expect, it } from "vitest";
import { stateOf } from "../support/conf.js";
import { TestFleet } from "../support/fleet.js";
import { request, wholeNodes } from "../support/records.js";

const conf = (plugin: string) =>
  `TopologyPlugin=topology/${plugin}\nNodeName=n[0-15] CPUs=4\nPartitionName=main Nodes=ALL Default=YES`;

describe("topology/block", () => {
  const topology = [0, 4, 8, 12]
    .map((first, i) => `BlockName=b${i} Nodes=n[${first}-${first + 3}]`)
    .join("\n");
  const fleet = () => new TestFleet(stateOf(conf("block"), { topology: `${topology}\nBlockSizes=4,8` }));
  const hold = (it: TestFleet, names: string) => {
    for (const name of names.split(",")) it.start(wholeNodes(1), 60, {}, name);
  };

  it("stays inside one base block, the one with the fewest free nodes that suffice", () => {
    const it = fleet();
    hold(it, "n0,n5,n6,n12");
    expect(it.where(it.ask(wholeNodes(2)))).toBe("n4,n7");
    expect(it.where(it.ask(wholeNodes(3)))).toBe("n13,n14,n15");
  });

  it("takes an aligned pair of blocks for what one does not hold, and waits when none is free enough", () => {
    const it = fleet();
    hold(it, "n3");
    expect(it.where(it.ask(wholeNodes(6)))).toBe("n0,n1,n4,n5,n6,n7");
    hold(it, "n4,n5,n8,n9,n10");
    expect(it.where(it.ask(wholeNodes(6)))).toBe("busy");
  });

  it("splits a job into segments that each stay together", () => {
    const it = fleet();
    hold(it, "n0,n1,n4,n5,n8,n9,n12");
    expect(it.where(it.ask(wholeNodes(4)))).toBe("busy");
    expect(it.where(it.ask({ ...wholeNodes(4), segment: 2 }))).toBe("n6,n7,n10,n11");
    // Each brings its part of 48 CPUs, of which a block has 16.
    const large = { ...wholeNodes(12), ntasks: 48, minCpus: 48, segment: 4 };
    const idle = fleet();
    expect(idle.where(idle.ask(large))).toBe("n4,n5,n6,n7,n8,n9,n10,n11,n12,n13,n14,n15");
  });
});

describe("topology/tree with --switches", () => {
  const topology = [0, 4, 8, 12]
    .map((first, i) => `SwitchName=s${i} Nodes=n[${first}-${first + 3}]`)
    .join("\n");
  const fleet = () =>
    new TestFleet(stateOf(conf("tree"), { topology: `${topology}\nSwitchName=top Switches=s[0-3]` }));

  it("waits for the number of leaves, as long as the job said", () => {
    const it = fleet();
    for (const name of ["n0", "n4", "n8", "n12"]) it.start(wholeNodes(1), 60, {}, name);
    const asked = { ...wholeNodes(4), switches: { count: 1, wait: 100 } };
    expect(it.where(it.ask(wholeNodes(4)))).toBe("n1,n2,n3,n5");
    const job = it.ask(asked);
    expect(it.where(job)).toBe("busy");
  });
});

describe("will-run", () => {
  const one =
    "SelectTypeParameters=CR_Core\nNodeName=n[0-3] CPUs=4\nPartitionName=main Nodes=ALL Default=YES";

  it("tells the end of the last job of the batch in which it fits", () => {
    const fleet = new TestFleet(stateOf(one));
    // Ends at 60, 120, 180 and 600: the first batch goes to 90 + 30, the second, twice as wide, to 90 + 60.
    for (const [i, minutes] of [1, 2, 3, 10].entries()) fleet.start(wholeNodes(1), minutes, {}, `n${i}`);
    const start = (nodes: number) => {
      const answer = fleet.ask(wholeNodes(nodes), "will-run");
      return answer.kind === "later" ? answer.start : answer.kind;
    };
    expect([1, 2, 3, 4].map(start)).toEqual([120, 120, 180, 600]);
    fleet.state.config.version = "25.05";
    expect([1, 2, 3, 4].map(start)).toEqual([60, 120, 180, 600]);
  });

  it("does not count what a job shares with one that stays", () => {
    const fleet = new TestFleet(stateOf(one));
    const core = request({ ntasks: 1, minCpus: 1 });
    for (const minutes of [1, 5]) fleet.start(core, minutes, {}, "n0");
    for (const node of ["n1", "n2", "n3"]) fleet.start(wholeNodes(1), 60, {}, node);
    const answer = fleet.ask(wholeNodes(1), "will-run");
    expect(answer).toMatchObject({ kind: "later", start: 300 });
  });
});
