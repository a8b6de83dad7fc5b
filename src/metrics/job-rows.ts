import type { JobFacts } from "../journal/facts.js";
import type { JobTimes } from "./job-times.js";

/** Rows gathered before they are worked off together: what happens at each event stays small. */
const ROWS = 4096;

/** What became of a job of the population; `Outside` it, only the service it received counts. */
export const Fate = { Outside: 0, Ended: 1, Running: 2, Pending: 3, Cancelled: 4 } as const;
export type Fate = (typeof Fate)[keyof typeof Fate];

/** Jobs that have left (or were still there when the run ended), a block at a time. */
export class JobRows {
  length = 0;
  readonly fate = new Uint8Array(ROWS);
  readonly wait = new Float64Array(ROWS);
  readonly run = new Float64Array(ROWS);
  readonly gpuTime = new Float64Array(ROWS);
  readonly coreTime = new Float64Array(ROWS);
  /** Numbers of user, account and queue; -1 none. */
  readonly user = new Int32Array(ROWS);
  readonly account = new Int32Array(ROWS);
  readonly queue = new Int32Array(ROWS);

  /** True when the block is full and has to be worked off. */
  add(jobs: JobFacts, job: number, times: JobTimes, fate: Fate): boolean {
    const i = this.length++;
    this.fate[i] = fate;
    this.wait[i] = times.waited(job);
    this.run[i] = times.ran(job);
    this.gpuTime[i] = times.gpuTime(job);
    this.coreTime[i] = times.coreTime(job);
    this.user[i] = jobs.userId(job);
    this.account[i] = jobs.accountId(job);
    this.queue[i] = jobs.queueId(job);
    return this.length === ROWS;
  }
}
