import { Names } from "../../core/names.js";
import type { JobBatch } from "../batch.js";
import { Reason } from "../reasons.js";
import { MISSING } from "./cells.js";
import type { ColumnSet } from "./columns.js";
import { DemandCache, demandShape } from "./demand.js";
import type { JobInput } from "./format.js";
import { JobTimes } from "./job-times.js";

/** The columns of our own job formats. */
export const JOB_COLUMNS: ColumnSet = {
  known: [
    "id",
    "submit",
    "run",
    "estimate",
    "cancel",
    "gpus",
    "nodes",
    "gpus_per_node",
    "tasks",
    "cpus",
    "memory",
    "gpu_type",
    "user",
    "account",
    "queue",
  ],
  required: ["submit", "run"],
};

const TYPE = 6;

/** One job as our own formats write it, checked and turned into a row; reused for each line. */
export class JobRow {
  id = 0;
  submit = MISSING;
  run = MISSING;
  estimate = MISSING;
  cancel = MISSING;
  user = -1;
  account = -1;
  queue = -1;
  /** gpus, nodes, gpus_per_node, tasks, cpus, memory as given (MISSING when not), and the number of the GPU type. */
  readonly demand = new Float64Array(TYPE + 1);
  /** The column to blame when `write` gives a reason. */
  blame = "";

  readonly #input: JobInput;
  readonly #times: JobTimes;
  readonly #cache = new DemandCache();
  readonly #types = new Names();

  constructor(input: JobInput) {
    this.#input = input;
    this.#times = new JobTimes(input.options, input.tally);
    this.#types.intern("");
  }

  gpuType(name: string): void {
    this.demand[TYPE] = name === "" ? 0 : this.#types.intern(name);
  }

  gpuTypeName(): string {
    return this.#types.name(this.demand[TYPE]!);
  }

  /** Writes the row at `batch.length`; with `shape` given, the demand columns are not looked at. Returns why not. */
  write(batch: JobBatch, shape = -1): string | undefined {
    const { submit, run, cancel } = this;
    const i = batch.length;
    this.blame = "submit";
    if (submit < 0) return submit === MISSING ? Reason.unknownSubmit : Reason.negativeSubmit;
    this.blame = "run";
    if (run < 0) return Reason.unknownRun;
    this.blame = "cancel";
    if (cancel >= 0 && cancel < submit) return Reason.cancelBeforeSubmit;
    if (shape < 0) {
      const found = this.#shape();
      if (typeof found === "string") return found;
      shape = found;
    }
    batch.id[i] = this.id;
    batch.submit[i] = submit;
    batch.cancel[i] = cancel < 0 ? Number.POSITIVE_INFINITY : cancel;
    batch.recordedStart[i] = -1;
    batch.shape[i] = shape;
    batch.user[i] = this.user;
    batch.account[i] = this.account;
    batch.queue[i] = this.queue;
    this.#times.write(batch, run, this.estimate < 0 ? Number.POSITIVE_INFINITY : this.estimate);
    return undefined;
  }

  #shape(): number | string {
    const d = this.demand;
    const known = this.#cache.find(d);
    if (known >= 0) return known;
    this.blame = "gpus";
    const found = demandShape(
      {
        gpus: Math.max(0, d[0]!),
        nodes: Math.max(0, d[1]!),
        gpusPerNode: Math.max(0, d[2]!),
        tasks: Math.max(0, d[3]!),
        cpus: Math.max(0, d[4]!),
        memory: Math.max(0, d[5]!),
        gpuType: this.gpuTypeName(),
      },
      this.#input.options.gpusPerNode,
      this.#input.context.shapes,
    );
    if (typeof found === "number") this.#cache.put(d, found);
    return found;
  }
}
