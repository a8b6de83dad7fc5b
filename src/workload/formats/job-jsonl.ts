import type { Names } from "../../core/names.js";
import type { TaskGroup } from "../../fleet/shape.js";
import type { JobBatch } from "../batch.js";
import { Reason } from "../reasons.js";
import { Line } from "../tally.js";
import { internId, internName, JsonCells } from "./cells.js";
import { hasColumns } from "./columns.js";
import type { JobFormat, JobInput, RowParser } from "./format.js";
import { JOB_COLUMNS, JobRow } from "./job-row.js";
import { JsonLine, type JsonRow, jsonName, parseObject } from "./json-line.js";
import { submissionError } from "./submitted.js";

/** Our own JSON Lines of jobs: one object a line, keys as the CSV's columns; `tasks` may list unequal task groups. */
export const jobJsonl: JobFormat = {
  summary: "our own JSON Lines of jobs",
  extensions: [],
  looksLike: (line) => hasColumns(JOB_COLUMNS, Object.keys(parseObject(line) ?? {})),
  parser: (input) => new JobJsonlParser(input),
};

const TIMES = ["submit", "run", "estimate", "cancel", "start"] as const;
const COUNTS = ["gpus", "nodes", "gpus_per_node", "tasks", "cpus"];
const MEMORY = 5;
const GROUP_KEYS = new Set(["count", "gpus", "cpus", "memory"]);

class JobJsonlParser implements RowParser<JobBatch> {
  readonly #input: JobInput;
  readonly #line: JsonLine;
  readonly #cells = new JsonCells();
  readonly #row: JobRow;

  constructor(input: JobInput) {
    this.#input = input;
    this.#line = new JsonLine(input.tally, JOB_COLUMNS, input.options.ignore);
    this.#row = new JobRow(input);
  }

  line(bytes: Buffer, start: number, end: number, batch: JobBatch): Line {
    const line = this.#line;
    const json = line.read(bytes, start, end);
    if (json === undefined) return line.drop(Reason.notJson);
    const row = this.#row;
    row.runs = undefined;
    if (Array.isArray(json.run)) {
      row.runs = json.run.map((value) => this.#cells.time(value));
      if (!row.runs.every((value) => value >= 0)) return line.drop(Reason.notTime, "run");
      json.run = json.run[0];
    }
    row.exits = undefined;
    if (Array.isArray(json.exit)) {
      row.exits = json.exit.map((value) => this.#cells.whole(value));
      if (!row.exits.every((value) => value >= 0 && value <= 255)) return line.drop(Reason.notCount, "exit");
      json.exit = json.exit[0];
    }
    row.exit = this.#cells.whole(json.exit);
    if (!(row.exit >= -1)) return line.drop(Reason.notCount, "exit");
    row.member = this.#cells.whole(json.member);
    if (Number.isNaN(row.member)) return line.drop(Reason.notCount, "member");
    for (const key of TIMES) {
      row[key] = this.#cells.time(json[key]);
      if (Number.isNaN(row[key])) return line.drop(Reason.notTime, key);
    }
    const { ids, users, accounts, queues } = this.#input.context.names;
    const type = jsonName(json.gpu_type);
    const id = jsonName(json.id);
    if (type === undefined) return line.drop(Reason.notText, "gpu_type");
    if (id === undefined) return line.drop(Reason.notText, "id");
    row.gpuType(type);
    row.id = internId(ids, id, this.#input.tally.rows + 1);
    row.user = name(users, json.user);
    row.account = name(accounts, json.account);
    row.queue = name(queues, json.queue);
    for (const key of ["user", "account", "queue"] as const)
      if (row[key] < -1) return line.drop(Reason.notText, key);
    const submission = jsonName(json.sbatch);
    const group = jsonName(json.group);
    if (submission === undefined) return line.drop(Reason.notText, "sbatch");
    if (group === undefined) return line.drop(Reason.notText, "group");
    row.submission = submission;
    row.group = group;
    if (submission !== "") this.#input.origin.submissions = true;
    const kind = Array.isArray(json.tasks) ? this.#groups(json, batch) : this.#totals(json, batch);
    if (row.mistake !== undefined)
      throw submissionError(row.mistake, this.#input.tally, bytes, start, end, start);
    return kind;
  }

  get pending(): number {
    return this.#row.pending;
  }

  more(batch: JobBatch): void {
    this.#row.more(batch);
  }

  #totals(json: JsonRow, batch: JobBatch): Line {
    const { demand } = this.#row;
    for (let k = 0; k < COUNTS.length; k++) {
      const value = this.#cells.whole(json[COUNTS[k]!]);
      if (!(value >= -1)) return this.#line.drop(Reason.notCount, COUNTS[k]);
      demand[k] = value;
    }
    const memory = this.#cells.size(json.memory);
    if (!(memory >= -1)) return this.#line.drop(Reason.notSize, "memory");
    demand[MEMORY] = memory;
    return this.#write(batch);
  }

  /** `tasks: [{count, gpus, cpus, memory}]`, each per task; the other demand columns must be absent. */
  #groups(json: JsonRow, batch: JobBatch): Line {
    for (const key of ["gpus", "nodes", "gpus_per_node", "cpus", "memory"])
      if (json[key] !== undefined && json[key] !== null) return this.#line.drop(Reason.tasksAndTotals, key);
    const groups: TaskGroup[] = [];
    for (const task of json.tasks as unknown[]) {
      const group = this.#group(task);
      if (group === undefined) return this.#line.drop(Reason.notTasks, "tasks");
      groups.push(group);
    }
    if (!groups.some((g) => g.count > 0)) return this.#line.drop(Reason.nothingAsked, "tasks");
    const gpuType = this.#row.gpuTypeName();
    const { shapes } = this.#input.context;
    return this.#write(batch, shapes.intern(gpuType === "" ? { groups } : { groups, gpuType }).id);
  }

  #group(task: unknown): TaskGroup | undefined {
    if (typeof task !== "object" || task === null) return undefined;
    if (Object.keys(task).some((key) => !GROUP_KEYS.has(key))) return undefined;
    const { count = 1, gpus = 0, cpus = 0, memory = 0 } = task as JsonRow;
    const group = {
      count: this.#cells.whole(count),
      gpus: this.#cells.whole(gpus),
      cpus: this.#cells.whole(cpus),
      memory: this.#cells.size(memory),
    };
    return Object.values(group).every((value) => value >= 0) ? group : undefined;
  }

  #write(batch: JobBatch, shape = -1): Line {
    const reason = this.#row.write(batch, shape);
    return reason === undefined ? Line.Row : this.#line.drop(reason, this.#row.blame);
  }
}

const NOT_TEXT = -2;

function name(names: Names, value: unknown): number {
  const text = jsonName(value);
  return text === undefined ? NOT_TEXT : internName(names, text);
}
