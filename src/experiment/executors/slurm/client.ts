import { execFile, spawn } from "node:child_process";
import { InputError } from "../../../core/errors.js";

/** One task of a job array, as `squeue` shows it. */
export interface TaskState {
  /** Job name of its array. */
  readonly name: string;
  /** Undefined: it stands for those tasks of the array that were cancelled before they had a record of their own. */
  readonly index?: number;
  /** Such as `17_3`. */
  readonly id: string;
  /** Slurm's word: PENDING, RUNNING, COMPLETED, FAILED, TIMEOUT… */
  readonly state: string;
  /** Why it waits or failed, in Slurm's words. */
  readonly reason: string;
}

/** States from which a task does not come back; Slurm's `job_states`. */
const OVER = new Set([
  "BOOT_FAIL",
  "CANCELLED",
  "COMPLETED",
  "DEADLINE",
  "FAILED",
  "LAUNCH_FAILED",
  "NODE_FAIL",
  "OUT_OF_MEMORY",
  "PREEMPTED",
  "REVOKED",
  "TIMEOUT",
]);

export const isOver = (state: string) => OVER.has(state);

/** Slurm's default of `MaxArraySize`: indexes up to one below it. */
const DEFAULT_MAX_ARRAY_SIZE = 1001;

interface Ran {
  status: number;
  out: string;
  err: string;
}

/**
 * Slurm's own commands, found on the path. Nothing here needs accounting: `squeue` alone is asked, which remembers a task
 * that has ended for `MinJobAge` (300 s by default); what a task did is told by its files.
 */
export class SlurmClient {
  readonly #environment: NodeJS.ProcessEnv;

  /** @param environment variables of the commands; what would change the shape of `squeue`'s answer is left out */
  constructor(environment: NodeJS.ProcessEnv = process.env) {
    const kept = Object.entries(environment).filter(([name]) => !/^(SQUEUE|SCANCEL)_/.test(name));
    this.#environment = Object.fromEntries(kept);
  }

  /**
   * Tasks that an array may have.
   *
   * @throws InputError `slurm/missing` where there is no Slurm, `slurm/unreachable` where it does not answer, and
   *   `slurm/no-arrays` where arrays are switched off
   */
  async maxArraySize(): Promise<number> {
    await this.#run("sbatch", ["--version"]);
    const { status, out, err } = await this.#run("scontrol", ["show", "config"]);
    if (status !== 0)
      throw new InputError({
        code: "slurm/unreachable",
        message: `Slurm does not answer: ${said(err)}`,
        hint: "start it on a machine of the cluster; --executor local needs none",
      });
    const size = Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(out)?.[1] ?? DEFAULT_MAX_ARRAY_SIZE);
    if (size > 0) return size;
    throw new InputError({
      code: "slurm/no-arrays",
      message: "this Slurm takes no job arrays: its MaxArraySize is 0",
      hint: "--executor local runs on this machine",
    });
  }

  /**
   * Submits a batch job.
   *
   * @returns its job id
   * @throws InputError `slurm/refused` with what sbatch says
   */
  async submit(args: readonly string[]): Promise<string> {
    const { status, out, err } = await this.#run("sbatch", ["--parsable", ...args]);
    // With several clusters the answer is `id;cluster`.
    if (status === 0) return out.trim().split(";")[0]!;
    throw new InputError({
      code: "slurm/refused",
      message: `sbatch refused the job array: ${said(err)}`,
      hint: "--partition, --account, --time and --sbatch say what the cluster wants to know",
    });
  }

  /**
   * Tasks of the user's arrays of some names; of all names without any.
   *
   * @returns undefined and why, when Slurm does not answer
   */
  async tasks(names: readonly string[]): Promise<{ tasks: TaskState[] } | { silent: string }> {
    const named = names.length === 0 ? [] : [`--name=${names.join(",")}`];
    const asked = ["--noheader", "--array", "--states=all", "--format=%j|%K|%i|%T|%r", ...USER, ...named];
    const { status, out, err } = await this.#run("squeue", asked);
    if (status !== 0) return { silent: said(err) };
    const tasks = out
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const [name, index, id, state, reason] = line.split("|") as [string, string, string, string, string];
        return { name, ...(/^\d+$/.test(index) ? { index: Number(index) } : {}), id, state, reason };
      });
    return { tasks };
  }

  /** Cancels the waiting tasks of an array, and tells the running ones to end after the points in flight. */
  async wind(name: string): Promise<void> {
    await this.#run("scancel", [...USER, `--name=${name}`, "--state=PENDING"]);
    await this.#run("scancel", [...USER, `--name=${name}`, "--state=RUNNING", "--signal=INT", "--batch"]);
  }

  /** As `wind`, for a process that ends now: the commands outlive it. */
  windBehind(name: string): void {
    for (const which of [["--state=PENDING"], ["--state=RUNNING", "--signal=INT", "--batch"]]) {
      const options = { env: this.#environment, detached: true, stdio: "ignore" } as const;
      const left = spawn("scancel", [...USER, `--name=${name}`, ...which], options);
      // Whoever would hear of it is gone.
      left.on("error", () => undefined);
      left.unref();
    }
  }

  #run(command: string, args: readonly string[]): Promise<Ran> {
    return new Promise((resolve, reject) => {
      const options = { env: this.#environment, maxBuffer: 2 ** 28 };
      execFile(command, args, options, (error, out, err) => {
        if (error === null) return resolve({ status: 0, out, err });
        if (error.code === "ENOENT") return reject(missing(command));
        resolve({ status: typeof error.code === "number" ? error.code : 1, out, err: err || error.message });
      });
    });
  }
}

const USER = process.getuid === undefined ? [] : [`--user=${process.getuid()}`];

function missing(command: string): InputError {
  return new InputError({
    code: "slurm/missing",
    message: `there is no ${command} on this machine`,
    hint: "start it where Slurm's commands are, such as a login node; --executor local needs none",
  });
}

/** `sbatch: error: Batch job submission failed: Invalid partition` without what each line begins with. */
function said(err: string): string {
  const lines = err
    .split("\n")
    .map((line) => line.replace(/^(sbatch|squeue|scancel|scontrol): (error: )?/, "").trim())
    .filter((line) => line !== "");
  return lines.join("; ") || "it gave no reason";
}
