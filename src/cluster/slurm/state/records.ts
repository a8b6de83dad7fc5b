import type { Association, ShareColumns, TresTable, Usage } from "../model/accounting.js";
import type { AssociationConfig } from "../model/config.js";

/** Usage whose billing seconds lie in a column. */
export class UsageRecord implements Usage {
  readonly tresRaw: Float64Array;
  wall = 0;
  jobs = 0;
  submitted = 0;
  readonly tres: Float64Array;
  readonly runSeconds: Float64Array;
  readonly nodeJobs = new Map<number, number>();
  accruing = 0;
  readonly #column: Float64Array;
  readonly #at: number;

  constructor({ names }: TresTable, column: Float64Array, at: number) {
    this.tresRaw = new Float64Array(names.length);
    this.tres = new Float64Array(names.length);
    this.runSeconds = new Float64Array(names.length);
    this.#column = column;
    this.#at = at;
  }

  get raw(): number {
    return this.#column[this.#at]!;
  }

  set raw(seconds: number) {
    this.#column[this.#at] = seconds;
  }
}

/** An association whose shares and factors lie in columns. */
export class AssociationRecord implements Association {
  readonly account: string;
  readonly user: string;
  readonly children: Association[] = [];
  readonly usage: Usage;

  constructor(
    readonly columns: ShareColumns,
    readonly index: number,
    readonly config: AssociationConfig,
    readonly parent: Association | undefined,
    tres: TresTable,
  ) {
    this.account = config.account;
    this.user = config.user;
    this.usage = new UsageRecord(tres, columns.raw, index);
  }

  get sharesNorm(): number {
    return this.columns.sharesNorm[this.index]!;
  }

  set sharesNorm(norm: number) {
    this.columns.sharesNorm[this.index] = norm;
  }

  get usageNorm(): number {
    return this.columns.usageNorm[this.index]!;
  }

  set usageNorm(norm: number) {
    this.columns.usageNorm[this.index] = norm;
  }

  get usageEffective(): number {
    return this.columns.usageEffective[this.index]!;
  }

  set usageEffective(usage: number) {
    this.columns.usageEffective[this.index] = usage;
  }

  get levelFairshare(): number {
    return this.columns.levelFairshare[this.index]!;
  }

  set levelFairshare(level: number) {
    this.columns.levelFairshare[this.index] = level;
  }

  get fairshare(): number {
    return this.columns.fairshare[this.index]!;
  }

  set fairshare(factor: number) {
    this.columns.fairshare[this.index] = factor;
  }
}
