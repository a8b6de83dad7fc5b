import { InputError } from "../../core/errors.js";
import type { Shape } from "../../fleet/shape.js";
import type { JobBatch } from "../batch.js";
import { demandShape } from "../formats/demand.js";
import type { JobContext } from "../stream.js";
import { SwfWriter } from "./swf.js";
import { csvCell, idText, idValue, type RowWriter, seconds } from "./writer.js";

/** Writers of job traces by format name. */
export const jobWriters: Readonly<
  Record<"swf" | "csv" | "jsonl", (context: JobContext) => RowWriter<JobBatch>>
> = {
  swf: (context) => new SwfWriter(context),
  csv: (context) => new JobCsvWriter(context),
  jsonl: (context) => new JobJsonlWriter(context),
};

const COLUMNS =
  "id,submit,run,estimate,cancel,gpus,nodes,gpus_per_node,tasks,cpus,memory,gpu_type,user,account,queue";

/** Every column, empty where it says nothing. */
class JobCsvWriter implements RowWriter<JobBatch> {
  readonly #context: JobContext;
  readonly #demands = new Map<number, string>();

  constructor(context: JobContext) {
    this.#context = context;
  }

  header(): string {
    return `${COLUMNS}\n`;
  }

  row(batch: JobBatch, i: number): string {
    const { ids, users, accounts, queues } = this.#context.names;
    const shape = batch.shape[i]!;
    let demand = this.#demands.get(shape);
    if (demand === undefined) {
      demand = this.#demand(this.#context.shapes.get(shape));
      this.#demands.set(shape, demand);
    }
    return [
      csvCell(idText(ids, batch.id[i]!)),
      seconds(batch.submit[i]!),
      seconds(batch.run[i]!),
      finite(batch.estimate[i]!),
      finite(batch.cancel[i]!),
      demand,
      csvCell(users.name(batch.user[i]!)),
      csvCell(accounts.name(batch.account[i]!)),
      csvCell(queues.name(batch.queue[i]!)),
    ].join(",");
  }

  /** The demand columns. @throws InputError for a shape that they cannot express. */
  #demand(shape: Shape): string {
    const [first] = shape.groups;
    const equal = shape.groups.length === 1;
    const perNode = first?.gpus ?? 0;
    const demand = {
      gpus: shape.spread ? 0 : shape.gpus,
      nodes: equal && (shape.spread || shape.exclusive) ? shape.tasks : 0,
      gpusPerNode: shape.spread || !equal ? perNode : 0,
      tasks: equal && !shape.spread && !shape.exclusive ? shape.tasks : 0,
      cpus: shape.cpus,
      memory: shape.memory,
      gpuType: shape.gpuType ?? "",
    };
    if (demandShape(demand, 1, this.#context.shapes) !== shape.id)
      throw new InputError({
        code: "trace/not-expressible",
        message: "the CSV format cannot hold a job whose tasks differ",
        hint: "write JSON Lines instead, where tasks are listed",
      });
    const { gpus, nodes, gpusPerNode, tasks, cpus, memory, gpuType } = demand;
    return [...[gpus, nodes, gpusPerNode, tasks, cpus, memory].map(some), csvCell(gpuType)].join(",");
  }
}

class JobJsonlWriter implements RowWriter<JobBatch> {
  readonly #context: JobContext;

  constructor(context: JobContext) {
    this.#context = context;
  }

  header(): string {
    return "";
  }

  row(batch: JobBatch, i: number): string {
    const { ids, users, accounts, queues } = this.#context.names;
    const shape = this.#context.shapes.get(batch.shape[i]!);
    return JSON.stringify({
      id: idValue(ids, batch.id[i]!),
      submit: Number(seconds(batch.submit[i]!)),
      run: Number(seconds(batch.run[i]!)),
      estimate: finiteNumber(batch.estimate[i]!),
      cancel: finiteNumber(batch.cancel[i]!),
      ...demandKeys(shape),
      gpu_type: shape.gpuType,
      user: users.name(batch.user[i]!) || undefined,
      account: accounts.name(batch.account[i]!) || undefined,
      queue: queues.name(batch.queue[i]!) || undefined,
    });
  }
}

function demandKeys(shape: Shape): Record<string, unknown> {
  const [first] = shape.groups;
  if (shape.exclusive) return { nodes: shape.tasks };
  if (shape.spread && first !== undefined)
    return {
      nodes: first.count,
      gpus_per_node: first.gpus || undefined,
      cpus: shape.cpus || undefined,
      memory: shape.memory || undefined,
    };
  return {
    tasks: shape.groups.map(({ count, gpus, cpus, memory }) => ({
      count,
      gpus: gpus || undefined,
      cpus: cpus || undefined,
      memory: memory || undefined,
    })),
  };
}

function some(value: number): string {
  return value === 0 ? "" : String(value);
}

function finite(micros: number): string {
  return micros === Number.POSITIVE_INFINITY ? "" : seconds(micros);
}

function finiteNumber(micros: number): number | undefined {
  return micros === Number.POSITIVE_INFINITY ? undefined : Number(seconds(micros));
}
