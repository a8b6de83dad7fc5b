import { availableParallelism } from "node:os";
import { InputError } from "../../core/errors.js";
import type { Executor } from "../../experiment/executors/executor.js";
import { WorkerPool } from "../../experiment/executors/pool.js";
import type { ResultStore } from "../../experiment/store/store.js";
import { wholeNumber } from "../numbers.js";
import type { ManyRunsOptions } from "./options.js";

/** An executor, and how many runs it has under way at a time as far as that is known. */
export interface Opened {
  executor: Executor;
  parallel?: number;
}

interface Listener {
  note(text: string): void;
  status(text: string): void;
}

/** Options that mean something to Slurm alone. */
const OF_SLURM = ["chunk", "throttle", "partition", "account", "time", "sbatch"] as const;

/**
 * Opens the executor that the options name.
 *
 * @throws InputError when the options contradict each other, and `slurm/missing`
 */
export async function openExecutor(
  options: ManyRunsOptions,
  store: ResultStore | undefined,
  listener: Listener,
): Promise<Opened> {
  const workers = wholeNumber(options.workers, "--workers");
  if (options.executor !== "slurm") {
    refuseForeign(options, OF_SLURM);
    const parallel = workers ?? availableParallelism();
    const kept = store === undefined ? {} : { store: store.folder };
    return { executor: new WorkerPool({ workers: parallel, ...kept }), parallel };
  }
  const { SlurmExecutor } = await import("../../experiment/executors/slurm/slurm.js");
  const chunk = wholeNumber(options.chunk, "--chunk");
  const throttle = wholeNumber(options.throttle, "--throttle");
  const { partition, account, time, sbatch } = options;
  const executor = new SlurmExecutor({
    store: store!,
    ...listener,
    ...(workers === undefined ? {} : { workers }),
    ...(chunk === undefined ? {} : { chunk }),
    ...(throttle === undefined ? {} : { throttle }),
    ...(partition === undefined ? {} : { partition }),
    ...(account === undefined ? {} : { account }),
    ...(time === undefined ? {} : { time }),
    ...(sbatch === undefined ? {} : { sbatch }),
  });
  const parallel = throttle === undefined ? {} : { parallel: throttle * (workers ?? 1) };
  return { executor: await executor.open(), ...parallel };
}

/** @throws InputError `usage/contradiction` for an option that means something to other executors alone */
export function refuseForeign<O extends ManyRunsOptions>(
  options: O,
  names: readonly (keyof O & string)[],
): void {
  const foreign = names.find((name) => options[name] !== undefined);
  if (foreign === undefined) return;
  const name = foreign.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new InputError({
    code: "usage/contradiction",
    message: `--${name} means nothing to --executor ${options.executor}`,
    hint: "leave it out, or name another --executor",
  });
}
