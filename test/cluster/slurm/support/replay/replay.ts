import { type SlurmJob, SlurmJobState } from "../../../../../src/cluster/slurm/model/job.js";
import type { TimedBackfill } from "../../../../../src/cluster/slurm/schedule/backfill/timed-backfill.js";
import { BitVector } from "../../../../../src/core/bit-vector.js";
import { SECOND } from "../../../../../src/core/units.js";
import { expandNodes, type GoldenCase } from "../case.js";
import { goldenConfig } from "../config.js";
import { type Fact, factsOf, type RecordedEviction, type RecordedStart } from "./facts.js";
import { changeNode } from "./nodes.js";
import { operate, remove } from "./operations.js";
import { Stage } from "./stage.js";
import { type Stretch, stretchesOf } from "./stretches.js";

/** Nodes of an ended job are released within so many seconds, sooner when another job starts on them. */
const RELEASE = 2.2;
/** On a machine that had nothing else to do. */
const QUICK = 0.01;

/** Of passes between which nothing happens one in so many is run, when a replay is sparse. */
const SPARSE = 16;

/** One pass of the recording, and what came of it here. */
export interface PassReport {
  t: number;
  kind: "b" | "f" | "m";
  expected: string[];
  came: string[];
  agrees: boolean;
  /** Slurm's pass ended early, because its real time (bf_max_time) was over: the rest came in its next one. */
  cut: boolean;
  /** Nothing was expected while nodes may have been on their way back: nothing can be said. */
  unclear: boolean;
  /** The queue before the pass, for reading. */
  state: () => string;
}

interface Completing {
  job: SlurmJob;
  since: number;
  /** Nodes not released yet. */
  nodes: Set<number>;
  /** When it goes back into the queue, when it was requeued. */
  back: number | undefined;
}

/**
 * Steps through a recording pass by pass with the state that Slurm had: before each pass everything is as recorded, then
 * the scheduler under test runs, then what it started is compared with what Slurm started before the next pass.
 */
export class Replay {
  readonly stage: Stage;
  readonly passes: PassReport[] = [];
  /** Called when everything before a pass has happened, and after it. */
  beforePass: ((t: number, kind: "b" | "f" | "m") => void) | undefined;
  afterPass: ((t: number, kind: "b" | "f" | "m") => void) | undefined;
  /** Called before each thing that happens outside of the passes. */
  beforeFact: ((fact: Fact) => void) | undefined;
  readonly #facts: Fact[];
  readonly #starts: RecordedStart[];
  readonly #evictions: RecordedEviction[];
  #nextFact = 0;
  #completing: Completing[] = [];

  /** Counts what changed the state. */
  #version = 0;
  /** By kind of pass: the version that its last run left, and how many were left out since. */
  readonly #last = new Map<string, { version: number; skipped: number }>();
  /** Placements compared with the CPU and GPU indexes that scontrol showed. */
  readonly places = { places: 0, placesAgreed: 0, otherPlaces: [] as string[] };

  constructor(
    readonly golden: GoldenCase,
    readonly sparse = false,
  ) {
    this.stage = new Stage(goldenConfig(golden), golden.observed.epoch);
    const { facts, starts, evictions } = factsOf(golden);
    this.#facts = facts;
    this.#starts = starts;
    this.#evictions = evictions;
  }

  run(): this {
    const passes = stretchesOf(this.golden);
    passes.forEach((pass, i) => {
      const { t, kind } = pass;
      const until = passes[i + 1]?.t ?? Number.POSITIVE_INFINITY;
      this.beforePass?.(t, kind);
      this.#advance(t);
      if (this.#mayLeaveOut(kind, t, until)) return;
      this.#pass(pass, until);
      this.afterPass?.(t, kind);
    });
    return this;
  }

  /** Nothing has happened since a pass of this kind did nothing, and nothing is expected of this one. */
  #mayLeaveOut(kind: string, t: number, until: number): boolean {
    if (!this.sparse || this.#completing.length > 0 || this.stage.timed !== undefined) return false;
    const last = this.#last.get(kind);
    if (last === undefined || last.version !== this.#version || last.skipped >= SPARSE) return false;
    if (this.#starts.some((one) => one.t >= t && one.t < until)) return false;
    if (this.#evictions.some((one) => one.t >= t && one.t < until)) return false;
    // What is about to be compared moves with the clock, and with the scheduler that ran last.
    const { snapshots, timeline } = this.golden.observed;
    const soon = (shown: number) => shown >= t - 1 && shown < until + 2;
    if (snapshots.some((one) => soon(one.t)) || timeline.some(([shown]) => soon(shown))) return false;
    last.skipped++;
    return true;
  }

  #at(t: number): void {
    this.stage.state.now = Math.floor(t);
  }

  #advance(t: number): void {
    while (this.#nextFact < this.#facts.length && this.#facts[this.#nextFact]!.t <= t) {
      const fact = this.#facts[this.#nextFact++]!;
      this.#release(fact.t);
      this.#at(fact.t);
      this.beforeFact?.(fact);
      this.#happen(fact);
      this.#version++;
    }
    this.#release(t);
    this.#at(t);
  }

  #happen(fact: Fact): void {
    const { stage } = this;
    switch (fact.kind) {
      case "submit":
        stage.submit(fact.job);
        return;
      case "tick":
        stage.priorities.tick();
        return;
      case "operation":
        operate(stage, fact.command, this.golden.observed.epoch);
        return;
      case "purge":
        remove(stage, fact.reservation);
        return;
      case "reservation-nodes": {
        const { reservations, nodes } = stage.state;
        const own = reservations.find(({ name }) => name === fact.reservation)!.nodes;
        own.clear();
        for (const name of fact.nodes) own.add(nodes.index(name));
        return;
      }
      case "reservation-stays":
        return;
      case "cancel":
        this.#cancel(fact.job);
        return;
      case "node": {
        const node = stage.state.nodes.index(fact.node);
        changeNode(stage.nodes, node, fact.what, fact.what === "up" && stage.downAfter.delete(node));
        return;
      }
      default: {
        const job = stage.find(fact.job);
        if (job === undefined) return;
        if (fact.kind === "suspend") stage.suspend(job);
        else if (fact.kind === "resume") stage.resume(job);
        else if (fact.kind === "launch") stage.launch(job);
        else if (fact.kind === "requeue") {
          if (job.state !== SlurmJobState.Running) return;
          stage.requeue(job);
          this.#complete(job, fact.t, fact.back);
        } else if (
          fact.kind === "end" &&
          (job.state === SlurmJobState.Running || job.state === SlurmJobState.Suspended)
        ) {
          stage.end(job, fact.how);
          this.#complete(job, fact.t, undefined);
        }
      }
    }
  }

  #cancel(label: string): void {
    const job = this.stage.find(label);
    if (job !== undefined) this.stage.cancel(job);
  }

  #complete(job: SlurmJob, since: number, back: number | undefined): void {
    this.#completing.push({ job, since, nodes: new Set(job.allocation!.nodes.list()), back });
  }

  /** Nodes that have been on their way back for long enough. */
  #release(t: number): void {
    for (const one of this.#completing) {
      const due = one.back ?? one.since + (this.stage.timed === undefined ? RELEASE : QUICK);
      if (due <= t) one.nodes.clear();
    }
    this.#settle(t);
  }

  /** Brings the state into line with what is still completing. */
  #settle(t: number): void {
    const { completing } = this.stage.state.nodes;
    completing.clear();
    if (this.#completing.length > 0) this.#version++;
    const left: Completing[] = [];
    for (const one of this.#completing) {
      for (const node of one.nodes) completing.add(node);
      if (one.nodes.size > 0) left.push(one);
      else this.#gone(one, t);
    }
    this.#completing = left;
  }

  #gone({ job, back }: Completing, t: number): void {
    for (const node of job.allocation!.node) this.stage.timed?.freed(node);
    if (back === undefined) job.state = SlurmJobState.Ended;
    else {
      this.#at(back);
      this.stage.back(job, Math.floor(back) + this.stage.state.config.credentialLifetime + 1);
      this.#at(t);
    }
  }

  #pass(pass: Stretch, until: number): void {
    const { t, kind } = pass;
    const { stage } = this;
    const by = kind === "b" ? "backfill" : "main";
    const starts = this.#starts.filter((one) => one.t >= t && one.t < until && one.by === by);
    const evictions = this.#evictions.filter((one) => one.t >= t && one.t < until);
    const expected = [
      ...starts.map((one) => `${one.job} on ${one.nodes.join()}`),
      ...evictions.map((one) => `evict ${one.job}`),
    ];
    for (const one of this.#completing)
      for (const { nodes } of starts)
        for (const name of nodes) one.nodes.delete(stage.state.nodes.index(name));
    const before = this.#describe();
    let came: string[] = [];
    let agrees = false;
    const unclear = this.#completing.length > 0 && expected.length === 0;
    for (const released of this.#releases()) {
      const undo = stage.save();
      this.#mark(released);
      came = this.#run(pass);
      agrees = same(came, expected);
      if (agrees) {
        this.#keep(released, t);
        stage.deeds = [];
        break;
      }
      undo();
    }
    const cut = !agrees && kind === "b" && this.#wasCut(expected, came, until);
    if (!agrees) this.#force(starts, t);
    if (expected.length + came.length > 0) this.#version++;
    this.#last.set(kind, { version: this.#version, skipped: 0 });
    if (agrees) for (const { job } of starts) this.#comparePlace(job);
    this.passes.push({ t, kind, expected, came, agrees: agrees || cut, cut, unclear, state: before });
  }

  /** All that came is what Slurm did in this pass and then within the next. */
  #wasCut(expected: readonly string[], came: readonly string[], until: number): boolean {
    const { bf_max_time } = this.stage.state.config.scheduler.parameters;
    const next = this.#starts.filter((one) => one.t >= until && one.t < until + 2 * bf_max_time);
    const rest = came.slice(expected.length);
    return (
      same(came.slice(0, expected.length), expected) &&
      rest.every((deed) => next.some((one) => deed === `${one.job} on ${one.nodes.join()}`))
    );
  }

  /**
   * Which nodes are back at a pass is not recorded: the fewest that were needed, then all, then those of single jobs.
   */
  *#releases(): Iterable<ReadonlySet<number>> {
    const all = new Set(this.#completing.flatMap(({ nodes }) => [...nodes]));
    yield new Set();
    if (all.size === 0) return;
    yield all;
    if (this.#completing.length > 1)
      for (const { nodes } of this.#completing) if (nodes.size > 0) yield new Set(nodes);
    for (const node of all) if (all.size > 1) yield new Set([node]);
    for (const node of all) if (all.size > 2) yield new Set([...all].filter((other) => other !== node));
  }

  /** Tries a guess of what is back. */
  #mark(released: ReadonlySet<number>): void {
    const { completing } = this.stage.state.nodes;
    completing.clear();
    for (const { job, nodes, back } of this.#completing) {
      const left = [...nodes].filter((node) => !released.has(node));
      for (const node of left) completing.add(node);
      if (left.length === 0 && back === undefined) job.state = SlurmJobState.Ended;
    }
  }

  #keep(released: ReadonlySet<number>, t: number): void {
    for (const one of this.#completing)
      if (one.back === undefined || one.back <= t) for (const node of released) one.nodes.delete(node);
    this.#settle(t);
  }

  #run({ t, kind, after }: Stretch): string[] {
    const { stage } = this;
    stage.deeds = [];
    if (kind === "b" && stage.timed !== undefined) this.#runTimed(stage.timed, t, after);
    else if (kind === "b") stage.backfill.pass();
    else stage.main.pass(kind === "f");
    return stage.deeds.map((deed) => {
      const label = stage.labelOf(deed.job);
      if (deed.kind === "preempt") return `evict ${label}`;
      const names = deed.nodes!.map((node) => stage.state.nodes.names[node]!);
      return `${label} on ${names.join()}`;
    });
  }

  /** When a pass goes on and when it ends is the recording's; a test of its own compares that. */
  #runTimed(backfill: TimedBackfill, t: number, after: Stretch["after"]): void {
    const now = Math.round(t * SECOND);
    if (after === undefined) backfill.begin(now);
    if (after === "stop") backfill.stop();
    else backfill.run(now);
  }

  /** CPUs and GPUs on each node, as far as scontrol was asked in time. */
  #comparePlace(label: string): void {
    const shown = this.golden.observed.gres_index?.[label];
    const job = this.stage.find(label);
    if (shown === undefined || shown === null || job?.allocation === undefined) return;
    const { node, cores, gpus } = job.allocation;
    const rows = shown.flatMap(([nodes, cpus, gres]) => {
      const indexes = /IDX:([\d,-]+)/.exec(gres)?.[1] ?? "";
      return expandNodes(nodes).map((name) => `${name} CPUs ${cpus} GPUs ${indexes}`);
    });
    const ours = [...node].map((index, i) => {
      const { names, cpus } = this.stage.state.nodes;
      const all = Array.from({ length: cpus[index]! }, (_, cpu) => cpu);
      const held = cores?.[i]?.list() ?? all;
      const devices = Array.from({ length: 32 }, (_, gpu) => gpu).filter((gpu) => (gpus[i]! >>> gpu) & 1);
      return `${names[index]} CPUs ${ranges(held)} GPUs ${ranges(devices)}`;
    });
    // Of a requeued job one run was looked at.
    if (!same(rows.map(nodeOf), ours.map(nodeOf))) return;
    this.places.places++;
    if (same(rows, ours)) this.places.placesAgreed++;
    else this.places.otherPlaces.push(`${label}: ${rows.join("; ")}, here ${ours.join("; ")}`);
  }

  /** Does what Slurm did, whatever we would have done. */
  #force(starts: readonly RecordedStart[], t: number): void {
    const { stage } = this;
    const { nodes } = stage.state;
    this.#settle(t);
    for (const { job: label, nodes: names, by } of starts) {
      const found = stage.find(label);
      if (found === undefined || found.state !== SlurmJobState.Pending) continue;
      const usable = BitVector.of(
        nodes.count,
        names.map((name) => nodes.index(name)),
      );
      const partition =
        found.partitions.find(({ name }) => name === this.#partitionOf(label)) ?? found.partition;
      const { timeLimit } = found;
      const selection = stage.selector.select(found, partition, usable, "run");
      const allocation =
        selection.kind === "now" || selection.kind === "preempt" ? selection.allocation : undefined;
      if (allocation === undefined) {
        this.unplaced.push(`${label} at ${t}`);
        continue;
      }
      const job = found.array !== undefined && found.task < 0 ? stage.splitTask(found) : found;
      const limit = by === "backfill" && job.timeMin > 0 ? job.timeMin : timeLimit;
      stage.start(job, partition, allocation, by, limit);
    }
    stage.deeds = [];
  }

  /** Starts of the recording that our state had no room for. */
  readonly unplaced: string[] = [];

  #partitionOf(label: string): string {
    return this.golden.observed.jobs.find(({ id }) => id === label)?.partition ?? "";
  }

  #describe(): () => string {
    const { state } = this.stage;
    const label = (job: SlurmJob) => this.stage.labelOf(job);
    const names = (set: BitVector) =>
      set
        .list()
        .map((node) => state.nodes.names[node]!)
        .join();
    const running = [...state.running].map(
      (job) => `${label(job)} until ${job.endTime} on ${names(job.allocation!.nodes)}`,
    );
    const completing = this.#completing.map(({ job, nodes }) => `${label(job)} (${nodes.size} nodes)`);
    const pending = [...state.pending]
      .sort((a, b) => b.priority - a.priority)
      .slice(0, 12)
      .map((job) => {
        const { minNodes, minCpus, exclusive } = job.request;
        const ask = `${minNodes} nodes${exclusive ? "" : `, ${minCpus} CPUs`}, ${job.timeLimit} min`;
        return `${label(job)} (${ask}, priority ${job.priority}, ${job.reason})`;
      });
    return () =>
      [
        `running: ${running.join("; ")}`,
        `completing: ${completing.join("; ")}`,
        `pending: ${pending.join("; ")}`,
      ].join("\n");
  }
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}

function nodeOf(row: string): string {
  return row.slice(0, row.indexOf(" "));
}

/** 0-3,7. */
function ranges(numbers: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < numbers.length; ) {
    let end = i;
    while (numbers[end + 1] === numbers[end]! + 1) end++;
    parts.push(end === i ? `${numbers[i]}` : `${numbers[i]}-${numbers[end]}`);
    i = end + 1;
  }
  return parts.join();
}
