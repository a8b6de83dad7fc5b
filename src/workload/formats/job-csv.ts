import type { JobBatch } from "../batch.js";
import { Reason } from "../reasons.js";
import { Line } from "../tally.js";
import { Cells, idCell } from "./cells.js";
import { hasColumns } from "./columns.js";
import { CsvLine, splitHeader } from "./csv-line.js";
import type { JobFormat, JobInput, RowParser } from "./format.js";
import { JOB_COLUMNS, JobRow } from "./job-row.js";
import { NameColumn } from "./name-column.js";
import { submissionError } from "./submitted.js";

/** Our own CSV of jobs: a header names the columns, in any order; times in seconds or with a unit. */
export const jobCsv: JobFormat = {
  summary: "our own CSV of jobs, columns by name",
  extensions: [],
  looksLike: (line) => hasColumns(JOB_COLUMNS, splitHeader(line)),
  parser: (input) => new JobCsvParser(input),
};

/** Demand columns in the order of `JobRow.demand`. */
const DEMAND = ["gpus", "nodes", "gpus_per_node", "tasks", "cpus", "memory"];
const MEMORY = 5;

class JobCsvParser implements RowParser<JobBatch> {
  readonly #input: JobInput;
  readonly #line: CsvLine;
  readonly #cells = new Cells();
  readonly #row: JobRow;
  readonly #demand = new Int32Array(DEMAND.length);
  #id = -1;
  #submit = -1;
  #run = -1;
  #estimate = -1;
  #cancel = -1;
  #gpuType = -1;
  #user: NameColumn;
  #account: NameColumn;
  #queue: NameColumn;
  #sbatch = -1;
  #group = -1;
  /** Whole numbers and the time beside a submission, by column. */
  #member = -1;
  #start = -1;
  #exit = -1;

  constructor(input: JobInput) {
    const { users, accounts, queues } = input.context.names;
    this.#input = input;
    this.#line = new CsvLine(input.tally, JOB_COLUMNS, input.options.ignore, (columns) =>
      this.#header(columns),
    );
    this.#user = new NameColumn(users, -1);
    this.#account = new NameColumn(accounts, -1);
    this.#queue = new NameColumn(queues, -1);
    this.#row = new JobRow(input);
  }

  line(bytes: Buffer, start: number, end: number, batch: JobBatch): Line {
    const { tally, context } = this.#input;
    const line = this.#line;
    const other = line.read(bytes, start, end);
    if (other !== undefined) return other;
    const { fields } = line;
    const row = this.#row;
    row.submit = this.#time(bytes, this.#submit);
    if (Number.isNaN(row.submit)) return line.drop(Reason.notTime, this.#submit);
    row.run = this.#time(bytes, this.#run);
    if (Number.isNaN(row.run)) return line.drop(Reason.notTime, this.#run);
    row.estimate = this.#time(bytes, this.#estimate);
    if (Number.isNaN(row.estimate)) return line.drop(Reason.notTime, this.#estimate);
    row.cancel = this.#time(bytes, this.#cancel);
    if (Number.isNaN(row.cancel)) return line.drop(Reason.notTime, this.#cancel);
    for (let k = 0; k < DEMAND.length; k++) {
      const field = this.#demand[k]!;
      const value =
        field < 0
          ? -1
          : k === MEMORY
            ? this.#cells.size(bytes, fields.starts[field]!, fields.ends[field]!)
            : this.#cells.whole(bytes, fields.starts[field]!, fields.ends[field]!);
      if (!(value >= -1)) return line.drop(k === MEMORY ? Reason.notSize : Reason.notCount, field);
      row.demand[k] = value;
    }
    row.gpuType(this.#text(this.#gpuType));
    row.id = idCell(context.names.ids, fields, this.#id, tally.rows + 1);
    row.user = this.#user.read(fields);
    row.account = this.#account.read(fields);
    row.queue = this.#queue.read(fields);
    row.start = this.#time(bytes, this.#start);
    if (Number.isNaN(row.start)) return line.drop(Reason.notTime, this.#start);
    row.exit = this.#whole(bytes, this.#exit);
    if (!(row.exit >= -1)) return line.drop(Reason.notCount, this.#exit);
    row.member = this.#whole(bytes, this.#member);
    if (Number.isNaN(row.member)) return line.drop(Reason.notCount, this.#member);
    row.submission = this.#text(this.#sbatch);
    row.group = this.#text(this.#group);
    const reason = row.write(batch);
    if (reason === undefined) return Line.Row;
    if (row.mistake !== undefined)
      throw submissionError(row.mistake, tally, bytes, start, end, fields.starts[this.#sbatch]!);
    const blamed = line.field(row.blame);
    return blamed === undefined ? tally.drop(reason, start, end) : line.drop(reason, blamed);
  }

  #header(columns: ReadonlyMap<string, number>): void {
    const at = (name: string) => columns.get(name) ?? -1;
    this.#id = at("id");
    this.#submit = at("submit");
    this.#run = at("run");
    this.#estimate = at("estimate");
    this.#cancel = at("cancel");
    this.#gpuType = at("gpu_type");
    this.#sbatch = at("sbatch");
    this.#group = at("group");
    this.#member = at("member");
    this.#start = at("start");
    this.#exit = at("exit");
    if (this.#sbatch >= 0) this.#input.origin.submissions = true;
    const { users, accounts, queues } = this.#input.context.names;
    this.#user = new NameColumn(users, at("user"));
    this.#account = new NameColumn(accounts, at("account"));
    this.#queue = new NameColumn(queues, at("queue"));
    DEMAND.forEach((name, k) => {
      this.#demand[k] = at(name);
    });
  }

  #time(bytes: Buffer, field: number): number {
    return field < 0
      ? -1
      : this.#cells.time(bytes, this.#line.fields.starts[field]!, this.#line.fields.ends[field]!);
  }

  #whole(bytes: Buffer, field: number): number {
    return field < 0
      ? -1
      : this.#cells.whole(bytes, this.#line.fields.starts[field]!, this.#line.fields.ends[field]!);
  }

  get pending(): number {
    return this.#row.pending;
  }

  more(batch: JobBatch): void {
    this.#row.more(batch);
  }

  #text(field: number): string {
    return field < 0 || this.#line.fields.starts[field] === this.#line.fields.ends[field]
      ? ""
      : this.#line.fields.text(field);
  }
}
