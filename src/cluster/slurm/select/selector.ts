import { BitVector } from "../../../core/bit-vector.js";
import type { JobAllocation, SlurmJob } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { RunningWatcher, Selection, Selector } from "../model/parts.js";
import type { SlurmState } from "../model/state.js";
import { BootWeights } from "./boot-weights.js";
import { buildBlocks } from "./choose/block.js";
import { buildTree } from "./choose/tree.js";
import { distribute, total, totalCpus } from "./distribute.js";
import { chooseVictims, suspendedBy } from "./evict.js";
import { alternatives, type Constraint, narrowed } from "./features.js";
import { describeHardware, type Hardware } from "./hardware.js";
import { Holdings } from "./holdings.js";
import { type Found, JobTest } from "./job-test.js";
import type { Need } from "./need.js";
import { Requests } from "./offer.js";
import { preemptionCandidates, preemptModeOf } from "./preemption.js";
import { Resources } from "./resources.js";
import { attempt, type Bench, type Trial } from "./trial.js";
import { TrialOptions } from "./trial-options.js";
import { WholeNodes } from "./whole-nodes.js";
import { type Expected, willRun } from "./will-run.js";

/**
 * `node_scheduler.c` and `select/cons_tres` over a controller's state. Without `shortcuts` every test looks at every node, which gives
 * the same answers more slowly.
 */
export function createSelector(state: SlurmState, shortcuts = true): Selector {
  return new ConsTres(state, shortcuts);
}

class ConsTres implements Selector {
  private readonly hardware: Hardware;
  private readonly requests: Requests;
  private readonly bench: Bench;
  private readonly counting: WholeNodes;
  private readonly bootWeights: BootWeights;
  private readonly offered: BitVector;
  private readonly options: TrialOptions;

  constructor(
    private readonly state: SlurmState,
    shortcuts: boolean,
  ) {
    const { config, nodes } = state;
    this.hardware = describeHardware(nodes, config.select);
    this.requests = new Requests(state);
    this.offered = new BitVector(nodes.count);
    this.options = new TrialOptions(state, this.hardware);
    const rules = {
      packSerialAtEnd: config.scheduler.parameters.pack_serial_at_end,
      tree: config.topology.type === "tree" ? buildTree(config.topology, nodes) : undefined,
      treeOptional: config.topology.optional,
      blocks: config.topology.type === "block" ? buildBlocks(config.topology, nodes) : undefined,
    };
    this.bench = {
      state,
      holdings: new Holdings(state, this.hardware, this.requests),
      future: new Resources(this.hardware),
      test: new JobTest(state, this.hardware, rules),
    };
    this.bootWeights = new BootWeights(nodes, this.hardware);
    this.counting = new WholeNodes(this.bench, rules, shortcuts);
  }

  running(): readonly SlurmJob[] {
    return this.bench.holdings.byEnd;
  }

  watch(watcher: RunningWatcher): void {
    this.bench.holdings.watcher = watcher;
  }

  endMoved(job: SlurmJob): void {
    this.bench.holdings.endMoved(job);
  }

  wholeNodes(job: SlurmJob, partition: Partition): number {
    const need = this.requests.need(job, partition);
    const { required, excluded, constraint } = this.requests.wish(job);
    const anywhere = required === undefined && excluded === undefined && constraint === undefined;
    return anywhere && this.counting.isSimple(need) ? need.minNodes : 0;
  }

  findsWhole(job: SlurmJob, partition: Partition, usable: BitVector): boolean | undefined {
    const nodes = this.wholeNodes(job, partition);
    if (nodes === 0 || !this.exclusive) return undefined;
    if (usable.count() < nodes) return false;
    if (usable.overlap(this.bench.holdings.vacant) < nodes) return undefined;
    // As any test notes it.
    job.totalCpus = this.counting.cpus(this.requests.need(job, partition));
    return true;
  }

  get exclusive(): boolean {
    const { crowded, owners } = this.bench.holdings;
    return crowded === 0 && owners.size === 0 && !this.anySuspended;
  }

  get anySuspended(): boolean {
    return this.bench.holdings.anySuspended;
  }

  allocate(job: SlurmJob, allocation: JobAllocation): void {
    this.bench.holdings.allocate(job, allocation);
  }

  release(job: SlurmJob): void {
    this.bench.holdings.release(job);
  }

  suspend(job: SlurmJob): void {
    this.bench.holdings.suspend(job);
  }

  resume(job: SlurmJob): void {
    this.bench.holdings.resume(job);
  }

  select(
    job: SlurmJob,
    partition: Partition,
    usable: BitVector,
    mode: "run" | "will-run",
    reserved?: ReadonlyMap<number, BitVector>,
    until = Number.POSITIVE_INFINITY,
    from = this.state.now,
  ): Selection {
    const need = this.requests.need(job, partition);
    const { required, excluded, constraint } = this.requests.wish(job);
    if (constraint === "unknown") return { kind: "never", reason: "BadConstraints" };
    if (required !== undefined && mode === "run" && !required.within(this.state.nodes.coming))
      return { kind: "unavailable", reason: "ReqNodeNotAvail" };
    const offered = this.offer(job, need, usable, mode);
    this.bootWeights.set(need.partition.nodes, excluded, mode);
    const trial: Trial = { job, need, offered, required, options: this.options.of(job, need, reserved) };
    if (mode === "will-run") {
      const expected =
        constraint?.kind === "counts"
          ? this.expectParts(trial, constraint, from)
          : this.expect(trial, alternatives(constraint, offered), from, until);
      return expected === undefined ? { kind: "busy" } : { kind: "later", ...expected };
    }
    const answer =
      constraint?.kind === "counts"
        ? this.runParts(trial, constraint)
        : this.run(trial, alternatives(constraint, offered));
    return answer ?? this.busy(job, need, usable.clone());
  }

  possible(job: SlurmJob, partition: Partition): string | undefined {
    const whole = this.wholeNodes(job, partition);
    if (whole > 0 && whole <= partition.totalNodes) return undefined;
    const need = this.requests.need(job, partition);
    const { required, excluded, constraint } = this.requests.wish(job);
    const all = partition.nodes.clone();
    if (excluded !== undefined) all.andNot(excluded);
    return constraint === "unknown" || this.anywhere(job, need, all, required, constraint) === undefined
      ? "BadConstraints"
      : undefined;
  }

  /** The nodes on which a test may look: `_build_node_list` and `_pick_best_nodes` of node_scheduler.c. */
  private offer(job: SlurmJob, need: Need, usable: BitVector, mode: "run" | "will-run"): BitVector {
    const { offered } = this;
    const { nodes } = this.state;
    const { owners, resources } = this.bench.holdings;
    offered.copyFrom(usable);
    offered.and(need.partition.nodes);
    const { excluded } = this.requests.wish(job);
    if (excluded !== undefined) offered.andNot(excluded);
    if (mode === "run") {
      offered.and(nodes.avail);
      offered.andNot(nodes.completing);
      // Who may evict somebody looks at all nodes.
      const others = need.alone ? nodes.idle : nodes.share;
      if (!offered.within(others) && !this.mayEvict(job, need.partition)) offered.and(others);
    }
    if (owners.size > 0)
      for (const [node, owner] of owners) if (owner.user !== job.user) offered.delete(node);
    if (need.ownUser)
      for (let node = offered.next(0); node >= 0; node = offered.next(node + 1))
        if (resources.jobs[node]! > 0 && owners.get(node)?.user !== job.user) offered.delete(node);
    return offered;
  }

  private mayEvict(job: SlurmJob, partition: Partition): boolean {
    return preemptionCandidates(this.state, this.bench.holdings.jobs, job, partition).length > 0;
  }

  private run(trial: Trial, sets: readonly BitVector[]): Selection | undefined {
    const { bench } = this;
    for (const set of sets) {
      const here = { ...trial, offered: narrowed(trial.offered, set) };
      if (this.counting.covers(here)) {
        const nodes = this.counting.now(here);
        if (nodes !== undefined) return this.onVacant(trial, nodes);
        continue;
      }
      const found = attempt(bench, here, bench.holdings.resources);
      if (found !== undefined) return this.now(trial, found);
      const candidates = preemptionCandidates(
        this.state,
        bench.holdings.jobs,
        trial.job,
        trial.need.partition,
      );
      if (candidates.length === 0) continue;
      if (
        this.state.config.preempt.type === "qos" &&
        preemptModeOf(this.state, candidates[0]!) === "SUSPEND"
      ) {
        const over = attempt(bench, here, bench.holdings.resources, { extraRow: true });
        if (over !== undefined) return this.now(trial, over);
        continue;
      }
      const choice = chooseVictims(bench, here);
      if (choice !== undefined) return { kind: "preempt", ...choice };
    }
    return undefined;
  }

  /** Nobody is there: it lies in the first row, and nobody has to make room. */
  private onVacant({ job, need }: Trial, nodes: Int32Array): Selection {
    const { test, holdings } = this.bench;
    const { resources } = holdings;
    const allocation = distribute(need, test.capacity, nodes, resources, resources.busy);
    job.totalCpus = total(allocation.cpus);
    return { kind: "now", allocation };
  }

  private now({ job, need }: Trial, { chosen, busy }: Found): Selection {
    const { holdings, test } = this.bench;
    const allocation = distribute(need, test.capacity, chosen.column(), holdings.resources, busy);
    if (overMemory(need, allocation, holdings.resources)) return { kind: "busy", possible: chosen };
    allocation.row = holdings.resources.freeRow(holdings.layer(need.partition), allocation);
    job.totalCpus = total(allocation.cpus);
    const victims = suspendedBy(this.bench, job, need.partition, allocation);
    if (victims.length > 0) return { kind: "preempt", victims, nodes: allocation.nodes, allocation };
    return { kind: "now", allocation };
  }

  /** A job with counted features: so many nodes of each, then the rest of it around them. */
  private runParts(trial: Trial, { parts }: Extract<Constraint, { kind: "counts" }>): Selection | undefined {
    const all = trial.required?.clone() ?? new BitVector(trial.offered.capacity);
    for (const { nodes, count } of parts) {
      const need = {
        ...trial.need,
        minNodes: count,
        maxNodes: count,
        reqNodes: count,
        minCpus: count,
        ntasks: 0,
      };
      const part = { ...trial, need, offered: narrowed(trial.offered, nodes), required: undefined };
      const found = attempt(this.bench, part, this.bench.holdings.resources);
      if (found === undefined) return undefined;
      all.or(found.chosen);
    }
    return this.run({ ...trial, required: all }, [trial.offered]);
  }

  private expect(
    trial: Trial,
    sets: readonly BitVector[],
    from: number,
    until = Number.POSITIVE_INFINITY,
  ): Expected | undefined {
    let best: Expected | undefined;
    for (const set of sets) {
      const here = { ...trial, offered: narrowed(trial.offered, set) };
      const simple = this.counting.covers(here);
      const found = simple ? this.counting.expect(here, until, from) : willRun(this.bench, here, from);
      if (found === undefined || (best !== undefined && found.start >= best.start)) continue;
      best = found;
      trial.job.totalCpus = simple
        ? this.counting.cpus(trial.need)
        : totalCpus(trial.need, this.bench.test.capacity, found.nodes);
    }
    return best;
  }

  /** Each part is planned with the whole job's need; the plan holds all their nodes until the last is free. */
  private expectParts(
    trial: Trial,
    { parts }: Extract<Constraint, { kind: "counts" }>,
    from: number,
  ): Expected | undefined {
    let start = this.state.now;
    const nodes = new BitVector(trial.offered.capacity);
    for (const part of parts) {
      const found = this.expect({ ...trial, required: undefined }, [part.nodes], from);
      if (found === undefined) return undefined;
      start = Math.max(start, found.start);
      nodes.or(found.nodes);
    }
    return { start, nodes };
  }

  private busy(job: SlurmJob, need: Need, usable: BitVector): Selection {
    const { required, constraint } = this.requests.wish(job);
    const possible = () => {
      if (constraint === "unknown") return undefined;
      const found = this.anywhere(job, need, this.offer(job, need, usable, "will-run"), required, constraint);
      if (found === undefined) return undefined;
      job.totalCpus = this.counting.isSimple(need)
        ? this.counting.cpus(need)
        : totalCpus(need, this.bench.test.capacity, found);
      return found;
    };
    return {
      kind: "busy",
      get possible() {
        return possible();
      },
    };
  }

  /** Where it would run if nobody else did. */
  private anywhere(
    job: SlurmJob,
    need: Need,
    all: BitVector,
    required: BitVector | undefined,
    constraint: Constraint | undefined,
  ): BitVector | undefined {
    const { test, holdings } = this.bench;
    for (const set of alternatives(constraint, all)) {
      const offered = narrowed(all, set);
      const found = this.counting.covers({ job, need, offered, required, options: {} })
        ? this.counting.anywhere(need, offered)
        : test.possible(need, offered, required, holdings.resources);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/**
 * Whole sockets bring more CPUs than were asked for, each with its memory: on nodes that do not have so much the job waits,
 * as long as these are chosen for it. [run] in x-socket-memory.
 */
function overMemory(
  need: Need,
  { node, memory }: JobAllocation,
  { hardware, memory: held }: Resources,
): boolean {
  if (!hardware.select.memory || !need.memoryPerCpu || hardware.select.consumes !== "socket") return false;
  return node.some((at, i) => memory[i]! > hardware.nodes.memory[at]! - held[at]!);
}
