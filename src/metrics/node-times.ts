import { HOUR } from "../core/units.js";
import type { RunFacts } from "../journal/facts.js";
import { type JournalListener, NodeState } from "../journal/journal.js";
import { TimeIntegral } from "./integral.js";
import type { MetricSink } from "./sink.js";
import { type Window, windowLength } from "./window.js";

/** As labels write them: `PoweredDown` is `powered-down`. */
const NAMES = Object.entries(NodeState).map(([name, state]) => ({
  state,
  name: name.replace(/(?<=.)[A-Z]/g, (letter) => `-${letter}`).toLowerCase(),
}));

/**
 * How long nodes were up, without power, on the way from one to the other, out of service. Nothing is told of a run whose
 * nodes were up all the time.
 */
export class NodeTimes implements JournalListener {
  readonly #nodes: ReadonlyMap<NodeState, TimeIntegral>;
  readonly #offGpus: TimeIntegral;
  readonly #offCpus: TimeIntegral;
  #facts!: RunFacts;
  #is = new Uint8Array(0);
  #changed = false;
  #end = 0;

  constructor(readonly window: Window) {
    this.#nodes = new Map(NAMES.map(({ state }) => [state, new TimeIntegral(window)]));
    this.#offGpus = new TimeIntegral(window);
    this.#offCpus = new TimeIntegral(window);
  }

  runStart(_time: number, facts: RunFacts): void {
    this.#facts = facts;
    this.#is = new Uint8Array(facts.nodes);
    this.#nodes.get(NodeState.Up)!.level = facts.nodes;
  }

  nodeState(time: number, node: number, state: NodeState): void {
    const { nodeFacts } = this.#facts;
    this.#changed = true;
    const before = this.#is[node]! as NodeState;
    this.#is[node] = state;
    this.#nodes.get(before)!.add(time, -1);
    this.#nodes.get(state)!.add(time, 1);
    const off = Number(state === NodeState.PoweredDown) - Number(before === NodeState.PoweredDown);
    if (off === 0) return;
    this.#offGpus.add(time, off * nodeFacts.gpus(node));
    this.#offCpus.add(time, off * nodeFacts.cpus(node));
  }

  runEnd(time: number): void {
    this.#end = time;
    for (const integral of [...this.#nodes.values(), this.#offGpus, this.#offCpus]) integral.advance(time);
  }

  collect(sink: MetricSink): void {
    if (!this.#changed || windowLength(this.window, this.#end) === 0) return;
    const method = "exact integral";
    const { nodes, gpus, cpus } = this.#facts;
    for (const { state, name } of NAMES) {
      const value = this.#nodes.get(state)!.sum.toNumber() / HOUR;
      sink.add("node-time", { value, n: nodes, labels: { state: name }, method });
    }
    const labels = { state: "powered-down" };
    const add = (name: "gpu-time" | "core-time", { sum }: TimeIntegral, n: number) => {
      if (n > 0) sink.add(name, { value: sum.toNumber() / HOUR, n, labels, method });
    };
    add("gpu-time", this.#offGpus, gpus);
    add("core-time", this.#offCpus, cpus);
  }
}
