import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Outcome, Task } from "../point/point.js";
import { type Executor, MOST_ATTEMPTS } from "./executor.js";
import { workerFile } from "./worker-file.js";

export interface PoolOptions {
  /** Threads; as many as the machine runs at once by default. */
  workers?: number;
  /** Folder of the store that results are kept in. */
  store?: string;
}

interface Job {
  index: number;
  task: Task;
  attempts: number;
}

/** One call of `run`: where its tasks come from and what becomes of them. */
interface Round {
  next(): Promise<Job | undefined>;
  ended(index: number, outcome: Outcome): void;
  /** Jobs whose worker died. */
  again: Job[];
}

/**
 * The threads of this process. A worker that dies (a user's policy that exits, memory that runs out) is replaced and its
 * task tried again, up to a bound.
 */
export class WorkerPool implements Executor {
  readonly #size: number;
  readonly #data: { store?: string };
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();

  constructor({ workers = availableParallelism(), store }: PoolOptions = {}) {
    this.#size = workers;
    this.#data = store === undefined ? {} : { store };
  }

  async run(
    tasks: AsyncIterable<Task> | Iterable<Task>,
    ended: (index: number, outcome: Outcome) => void,
    stop?: AbortSignal,
  ): Promise<void> {
    const failed = new AbortController();
    const signal = AbortSignal.any([failed.signal, ...(stop === undefined ? [] : [stop])]);
    const round: Round = { next: taskReader(tasks, signal), ended, again: [] };
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
    await Promise.all([...this.#all].map((worker) => worker.terminate()));
  }

  /** One job after the other, on one worker at a time. */
  async #lane(round: Round): Promise<void> {
    let worker: Worker | undefined;
    try {
      for (;;) {
        const job = round.again.pop() ?? (await round.next());
        if (job === undefined) return;
        worker ??= this.#idle.pop() ?? this.#hire();
        const outcome = await ask(worker, job.task);
        if (!("died" in outcome)) {
          round.ended(job.index, outcome);
          continue;
        }
        this.#all.delete(worker);
        worker = undefined;
        if (++job.attempts < MOST_ATTEMPTS) round.again.push(job);
        else round.ended(job.index, { fault: `the worker died ${job.attempts} times: ${outcome.died}` });
      }
    } finally {
      if (worker !== undefined) this.#idle.push(worker);
    }
  }

  #hire(): Worker {
    const worker = new Worker(workerFile(), { workerData: this.#data });
    this.#all.add(worker);
    // An idle worker must not keep the process alive.
    worker.unref();
    return worker;
  }
}

function ask(worker: Worker, task: Task): Promise<Outcome | { died: string }> {
  return new Promise((resolve) => {
    let why: string | undefined;
    const settle = (outcome: Outcome | { died: string }) => {
      worker.off("message", settle).off("error", failed).off("exit", exited).unref();
      resolve(outcome);
    };
    const failed = (error: Error) => {
      why = error.stack ?? error.message;
    };
    const exited = (code: number) => settle({ died: why ?? `it exited with ${code}` });
    worker.on("message", settle).on("error", failed).on("exit", exited).ref();
    worker.postMessage(task);
  });
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
    return done ? undefined : { index: index++, task: value, attempts: 0 };
  };
  return () => {
    const mine = turn.then(read);
    // Who asks next waits its turn, also behind one whose task could not be made.
    turn = mine.catch(() => undefined);
    return mine;
  };
}
