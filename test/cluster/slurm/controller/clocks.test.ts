import { describe, expect, it } from "vitest";
import { BackfillClock, gridUp, MainClock } from "../../../../src/cluster/slurm/controller/clocks.js";
import type { SchedulerParameters } from "../../../../src/cluster/slurm/model/config.js";
import { SECOND } from "../../../../src/core/units.js";

const s = (seconds: number) => seconds * SECOND;
const parameters = (given: Partial<SchedulerParameters> = {}) =>
  ({
    sched_interval: 60,
    sched_min_interval: 2,
    batch_sched_delay: 3,
    bf_interval: 30,
    defer: false,
    ...given,
  }) as SchedulerParameters;

describe("the main scheduler's clock", () => {
  it("asks for nothing while nothing has happened", () => {
    expect(new MainClock(parameters(), 0).next()).toBe(Number.POSITIVE_INFINITY);
  });

  it("runs at once when a job ends, but not sooner than sched_min_interval after the last pass", () => {
    const clock = new MainClock(parameters({ sched_min_interval: 1000 }), 0);
    clock.ended(s(10));
    expect(clock.next()).toBe(s(10));
    expect(clock.ran(s(10))).toBe("limited");
    clock.ended(s(10) + 400);
    expect(clock.next()).toBe(s(10) + 1000);
  });

  it("with defer an end waits for the loop like everything else", () => {
    const clock = new MainClock(parameters({ defer: true }), 0);
    clock.ended(s(10) + 1);
    expect(clock.next()).toBe(s(11));
  });

  it("looks at a submission at the loop's next second, and then not for batch_sched_delay", () => {
    const clock = new MainClock(parameters(), 0);
    clock.queue(s(10) + 500);
    expect(clock.next()).toBe(s(11));
    expect(clock.ran(s(11))).toBe("limited");
    clock.queue(s(11) + 500);
    expect(clock.next()).toBe(s(14));
  });

  it("goes over the full queue every sched_interval, on its grid, when something has changed since", () => {
    const clock = new MainClock(parameters(), 0);
    clock.queue(s(10));
    clock.ran(s(10));
    // The loop's first full pass fell into its first second: the next are due a minute after it.
    expect(clock.next()).toBe(s(59));
    expect(clock.ran(s(59))).toBe("full");
    expect(clock.next()).toBe(Number.POSITIVE_INFINITY);
    clock.changed(s(200));
    expect(clock.next()).toBe(s(239));
  });

  it("sched_interval=-1 turns full passes off", () => {
    const clock = new MainClock(parameters({ sched_interval: -1 }), 0);
    clock.changed(s(5));
    expect(clock.next()).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("the backfill thread's clock", () => {
  it("runs every bf_interval while things change, and a second's step after an idle time", () => {
    const clock = new BackfillClock(parameters(), 0);
    clock.changed(0);
    expect(clock.next()).toBe(0);
    clock.ran(0);
    clock.changed(s(4));
    expect(clock.next()).toBe(s(30));
    clock.ran(s(30));
    // Nothing at 60: it looks again each second.
    clock.changed(s(71) + 200);
    expect(clock.next()).toBe(s(72));
  });

  it("repeats a pass that has planned every bf_interval, and leaves out what would change nothing", () => {
    const clock = new BackfillClock(parameters(), 0);
    clock.changed(0);
    clock.ran(0);
    clock.repeats();
    expect(clock.next()).toBe(Number.POSITIVE_INFINITY);
    clock.changed(s(71) + 200);
    expect(clock.next()).toBe(s(90));
    clock.ran(s(90));
    // This one has not.
    clock.changed(s(121));
    expect(clock.next()).toBe(s(121));
  });

  it("bf_interval=-1 turns it off", () => {
    const clock = new BackfillClock(parameters({ bf_interval: -1 }), 0);
    clock.changed(0);
    expect(clock.next()).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("a grid", () => {
  it.each([
    [0, 7, 30, 7],
    [7, 7, 30, 7],
    [8, 7, 30, 37],
    [61, -174.895, 30, 65.105],
  ])("%d on %d + k x %d is reached at %d", (time, phase, period, at) => {
    expect(gridUp(time, phase, period)).toBeCloseTo(at, 6);
  });
});
