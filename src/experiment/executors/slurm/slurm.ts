import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { InputError } from "../../../core/errors.js";
import type { Outcome, Task } from "../../point/point.js";
import type { ResultStore } from "../../store/store.js";
import type { Executor } from "../executor.js";
import { ALL_OTHERS, FollowedArray } from "./array.js";
import { ArrayFolder } from "./array-folder.js";
import { chunkSize } from "./chunks.js";
import { isOver, SlurmClient, type TaskState } from "./client.js";
import { unreachable } from "./failures.js";
import { Following, type States } from "./following.js";
import { Reporter } from "./reporter.js";
import { type SbatchOptions, sbatchArguments } from "./submission.js";

export interface SlurmOptions extends SbatchOptions {
  /** On a file system that the nodes share. */
  readonly store: ResultStore;
  /** Points at a time in each task of an array; 1 by default. */
  readonly workers?: number;
  /** Points of each task; by default as many as make a few hundred tasks. */
  readonly chunk?: number;
  /** Told what a user should know, once each. */
  readonly note?: (text: string) => void;
  /** Told how many tasks run and wait, whenever that changes. */
  readonly status?: (text: string) => void;
  readonly pace?: Partial<Pace>;
}

/** Times, ms. */
interface Pace {
  /** Between looks: at least, and at most after a time without news. */
  readonly soonest: number;
  readonly latest: number;
  /** What a task wrote last may take so long to be seen: network file systems keep old answers. */
  readonly lag: number;
  /** Slurm may be silent for so long. */
  readonly patience: number;
  /** A folder without a job may be one that is just being submitted, for so long. */
  readonly submitting: number;
}

const PACE: Pace = { soonest: 300, latest: 5000, lag: 40_000, patience: 300_000, submitting: 600_000 };

/** A look without news is followed by a pause so many times as long. */
const SLOWER = 1.2;

/** Points that are made ready in one go: bounds memory. */
const WAVE = 50_000;

/**
 * Job arrays of a Slurm cluster. Points are submitted in chunks, one for each task of an array; tasks put results into the
 * store and tell of each point in a file of their own. Who follows an array needs nothing but its folder and `squeue`, so
 * that an array whose submitter was killed is found again by the next one. Points whose task ended without them are
 * submitted again, in smaller chunks, so that one that kills its task takes no others with it.
 *
 * Uses what sbatch, squeue, scancel and scontrol have offered since Slurm 20.02.
 */
export class SlurmExecutor implements Executor {
  readonly #client = new SlurmClient();
  readonly #options: SlurmOptions;
  readonly #pace: Pace;
  readonly #folder: string;
  readonly #report: Reporter;
  #maxArraySize = 0;
  /** What is being followed, and whether it is asked to stop. */
  #going: { following: Following; stop: AbortSignal } | undefined;

  constructor(options: SlurmOptions) {
    this.#options = options;
    this.#pace = { ...PACE, ...options.pace };
    this.#folder = join(options.store.folder, "slurm");
    this.#report = new Reporter(options);
  }

  /** @throws InputError `slurm/missing`, `slurm/unreachable`, `slurm/no-arrays` */
  async open(): Promise<this> {
    this.#maxArraySize = await this.#client.maxArraySize();
    return this;
  }

  async run(
    tasks: AsyncIterable<Task> | Iterable<Task>,
    ended: (index: number, outcome: Outcome) => void,
    stop: AbortSignal = new AbortController().signal,
  ): Promise<void> {
    const following = new Following(this.#options.store, this.#pace.lag, ended);
    this.#going = { following, stop };
    await this.#adopt(following);
    const flying = new Set(following.arrays.flatMap((array) => [...array.open()]));
    let fresh: Task[] = [];
    let index = 0;
    let wave = 0;
    for await (const task of tasks) {
      following.ask(task, index++);
      if (!flying.has(task.key)) fresh.push(task);
      if (++wave < WAVE) continue;
      await this.#bring(fresh, following, stop);
      fresh = [];
      wave = 0;
    }
    await this.#bring(fresh, following, stop);
    following.clear();
    following.settle();
    this.#going = undefined;
  }

  /** After a stop that did not come to its end, what waits is cancelled all the same. */
  async close(): Promise<void> {
    const { following, stop } = this.#going ?? {};
    this.#going = undefined;
    if (following === undefined || !stop!.aborted) return;
    for (const array of following.arrays)
      if (!array.over && following.owns(array)) this.#client.windBehind(array.folder.name);
  }

  /** Finds the arrays that go on since their submitter was killed, and clears away what is left of older ones. */
  async #adopt(following: Following): Promise<void> {
    const folders = ArrayFolder.all(this.#folder);
    if (folders.length === 0) return;
    const states = await this.#states(folders.map(({ name }) => name));
    if ("silent" in states) throw unreachable(states.silent);
    for (const folder of folders) {
      const known = [...(states.get(folder.name)?.values() ?? [])];
      if (known.some(({ state }) => !isOver(state))) {
        const chunks = folder.keys();
        following.follow(new FollowedArray(folder, chunks, this.#pace.lag), chunks[0]?.length ?? 1);
        this.#report.found(known[0]!.id);
      } else if (folder.age() > this.#pace.submitting) folder.remove();
    }
  }

  /** Submits points, and returns when all that was asked for has come back, or cannot. */
  async #bring(fresh: readonly Task[], following: Following, stop: AbortSignal): Promise<void> {
    following.enqueue(fresh, this.#options.chunk ?? chunkSize(fresh.length, this.#maxArraySize));
    let pause = this.#pace.soonest;
    let heard = performance.now();
    while (!following.done) {
      if (stop.aborted) await this.#wind(following);
      else await this.#submit(following);
      const going = following.arrays.filter(({ over }) => !over);
      const states = await this.#states(going.map(({ folder }) => folder.name));
      const now = performance.now();
      if (!("silent" in states)) heard = now;
      else if (now - heard > this.#pace.patience) throw unreachable(states.silent);
      const news = following.look("silent" in states ? undefined : states, now, stop.aborted);
      this.#report.look(following.arrays, news);
      if (following.done) return;
      pause = news ? this.#pace.soonest : Math.min(pause * SLOWER, this.#pace.latest);
      await pauseFor(pause, stop);
    }
  }

  async #submit(following: Following): Promise<void> {
    const { throttle, store, workers = 1 } = this.#options;
    const flying = () => following.arrays.some(({ over }) => !over);
    // A throttle bounds all arrays together, and Slurm bounds the tasks of each.
    while (following.batches.length > 0 && (throttle === undefined || !flying())) {
      const { chunks, size } = following.take(this.#maxArraySize)!;
      const folder = store.guard(() =>
        ArrayFolder.create(this.#folder, chunks, { store: store.folder, workers }),
      );
      try {
        const id = await this.#client.submit(store.guard(() => sbatchArguments(folder, this.#options)));
        this.#report.submitted(id, chunks.length, size);
      } catch (error) {
        folder.remove();
        if (!(error instanceof InputError) || !flying()) throw error;
        // A limit on submitted jobs, likely: there is room again when some have ended.
        this.#report.refused(error.message);
        following.putBack(chunks, size);
        return;
      }
      const keys = chunks.map((tasks) => tasks.map(({ key }) => key));
      following.follow(new FollowedArray(folder, keys, this.#pace.lag), size);
    }
  }

  /** Cancels what waits and lets the points in flight end, in arrays that nobody else can be waiting for. */
  async #wind(following: Following): Promise<void> {
    following.drop();
    for (const array of following.arrays)
      if (array.over) continue;
      else if (following.owns(array)) await this.#client.wind(array.folder.name);
      else following.forsake(array);
  }

  async #states(names: readonly string[]): Promise<States | { silent: string }> {
    if (names.length === 0) return new Map();
    const answer = await this.#client.tasks(names);
    if ("silent" in answer) return answer;
    const states = new Map<string, Map<number, TaskState>>();
    for (const task of answer.tasks) {
      const array = states.get(task.name) ?? new Map<number, TaskState>();
      states.set(task.name, array.set(task.index ?? ALL_OTHERS, task));
    }
    return states;
  }
}

/** Waits; a stop cuts it short, once. */
async function pauseFor(ms: number, stop: AbortSignal): Promise<void> {
  if (stop.aborted) return sleep(ms);
  await sleep(ms, undefined, { signal: stop }).catch(() => undefined);
}
