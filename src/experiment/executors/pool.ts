import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import type { Outcome, Task } from "../point/point.js";
import { builtFile } from "./built-file.js";
import { type Executor, MOST_ATTEMPTS } from "./executor.js";

export interface PoolOptions {
  /** Processes; as many as the machine runs at once by default. */
  workers?: number;
  /** Folder of the store that results are kept in. */
  store?: string;
}

interface Job {
  index: number;
  task: Task;
  attempts: number;
  /** Was given to a worker before. */
  again: boolean;
}

/** One call of `run`: where its tasks come from and what becomes of them. */
interface Round {
  readonly stop: AbortSignal;
  next(): Promise<Job | undefined>;
  ended(index: number, outcome: Outcome): void;
  /** Jobs whose worker died. */
  again: Job[];
}

/**
 * Processes of this machine. They are processes rather than threads so that none of them can take the others along: a
 * worker that dies (a user's policy that exits, memory that runs out, a kill from outside) is replaced and its task tried
 * again, up to a bound.
 */
export class WorkerPool implements Executor {
  readonly #size: number;
  readonly #args: readonly string[];
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();

  constructor({ workers = availableParallelism(), store }: PoolOptions = {}) {
    this.#size = workers;
    this.#args = store === undefined ? [] : [store];
  }

  async run(
    tasks: AsyncIterable<Task> | Iterable<Task>,
    ended: (index: number, outcome: Outcome) => void,
    stop?: AbortSignal,
  ): Promise<void> {
    const failed = new AbortController();
    const signal = AbortSignal.any([failed.signal, ...(stop === undefined ? [] : [stop])]);
    const round: Round = { stop: signal, next: taskReader(tasks, signal), ended, again: [] };
    const lane = () =>
      this.#lane(round).catch((error: unknown) => {
        failed.abort();
        throw error;
      });
    const lanes = await Promise.allSettled(Array.from({ length: this.#size }, lane));
    for (const end of lanes) if (end.status === "rejected") throw end.reason;
  }

  async close(): Promise<void> {
    this.#idle.length = 0;
    await Promise.all([...this.#all].map((worker) => worker.end()));
  }

  /** One job after the other, on one worker at a time. */
  async #lane(round: Round): Promise<void> {
    let worker: Worker | undefined;
    let ready = ahead(round);
    let depth = 1;
    const sent: Job[] = [];
    try {
      for (;;) {
        while (sent.length < depth && !round.stop.aborted) {
          const job = round.again.pop() ?? (await ready);
          if (job === undefined || round.stop.aborted) break;
          if (!job.again) ready = ahead(round);
          worker ??= this.#idle.pop() ?? this.#hire();
          worker.send(job.task);
          sent.push(job);
        }
        if (worker === undefined || sent.length === 0) return;
        const begin = performance.now();
        const outcome = await worker.next();
        depth = performance.now() - begin < SHORT_MS ? 2 : 1;
        const job = sent.shift()!;
        if (!("died" in outcome)) {
          round.ended(job.index, outcome);
          continue;
        }
        this.#all.delete(worker);
        worker = undefined;
        // Those behind it had not begun.
        for (const other of [job, ...sent]) other.again = true;
        round.again.push(...sent.splice(0));
        if (++job.attempts < MOST_ATTEMPTS) round.again.push(job);
        else round.ended(job.index, { fault: `the worker died ${job.attempts} times: ${outcome.died}` });
      }
    } finally {
      if (worker !== undefined) this.#idle.push(worker);
      await ready.catch(() => undefined);
    }
  }

  #hire(): Worker {
    const worker = new Worker(this.#args);
    this.#all.add(worker);
    return worker;
  }
}

/** The next job is made while the one before it runs; a failure to make it is heard by who waits for it. */
function ahead(round: Round): Promise<Job | undefined> {
  const job = round.next();
  job.catch(() => undefined);
  return job;
}

/**
 * Jobs shorter than this are sent one ahead, ms: their worker would be idle while this process waits for its turn on a
 * busy machine. Longer ones are not, so that none waits behind another while some worker has nothing to do.
 */
const SHORT_MS = 50;

/** What a dead worker wrote last is told, up to so many characters. */
const LAST_WORDS = 2000;

class Worker {
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  #lastWords = "";
  #end: string | undefined;
  readonly #outcomes: Outcome[] = [];
  #waiting: ((outcome: Outcome | { died: string }) => void) | undefined;

  constructor(args: readonly string[]) {
    // What a user's policy prints must not get between the results.
    this.#child = fork(builtFile("worker"), args, { stdio: ["ignore", 2, "pipe", "ipc"] });
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS);
    });
    this.#gone = new Promise((resolve) => {
      const died = (why: string) => {
        this.#end ??= why;
        this.#waiting?.(this.#died());
        resolve();
      };
      this.#child.on("message", (outcome: Outcome) => {
        if (this.#waiting === undefined) this.#outcomes.push(outcome);
        else this.#waiting(outcome);
      });
      this.#child.on("error", (error) => died(error.message));
      this.#child.on("close", (status, signal) =>
        died(signal === null ? `it exited with ${status}` : `it was ended by ${signal}`),
      );
    });
    this.#idle();
  }

  send(task: Task): void {
    this.#busy();
    // A failure to send shows as an end of the worker.
    this.#child.send(task, () => undefined);
  }

  /** The next outcome, in the order in which tasks were sent. */
  next(): Promise<Outcome | { died: string }> {
    const outcome = this.#outcomes.shift();
    if (outcome !== undefined) return Promise.resolve(outcome);
    if (this.#end !== undefined) return Promise.resolve(this.#died());
    return new Promise((resolve) => {
      this.#waiting = (one) => {
        this.#waiting = undefined;
        this.#idle();
        resolve(one);
      };
      this.#busy();
    });
  }

  #died(): { died: string } {
    return { died: [this.#end, this.#lastWords.trim()].filter((part) => part !== "").join("\n") };
  }

  async end(): Promise<void> {
    this.#busy();
    this.#child.kill("SIGKILL");
    await this.#gone;
  }

  /** What is awaited of it keeps this process alive, its end included: that comes when all it wrote has been read. */
  #busy(): void {
    this.#child.ref();
    this.#child.channel?.ref();
    (this.#child.stderr as unknown as { ref(): void }).ref();
  }

  /** An idle worker must not keep this process alive. */
  #idle(): void {
    this.#child.unref();
    this.#child.channel?.unref();
    (this.#child.stderr as unknown as { unref(): void }).unref();
  }
}

/** Hands out tasks one by one to whoever asks first; none after a stop. */
function taskReader(
  tasks: AsyncIterable<Task> | Iterable<Task>,
  stop: AbortSignal | undefined,
): () => Promise<Job | undefined> {
  const iterator = Symbol.asyncIterator in tasks ? tasks[Symbol.asyncIterator]() : tasks[Symbol.iterator]();
  let index = 0;
  let turn: Promise<unknown> = Promise.resolve();
  const read = async (): Promise<Job | undefined> => {
    if (stop?.aborted) return undefined;
    const { done, value } = await iterator.next();
    return done ? undefined : { index: index++, task: value, attempts: 0, again: false };
  };
  return () => {
    const mine = turn.then(read);
    // Who asks next waits its turn, also behind one whose task could not be made.
    turn = mine.catch(() => undefined);
    return mine;
  };
}
