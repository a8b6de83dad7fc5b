import { grown } from "../../core/column.js";

/** So many newcomers are put in one by one; more are sorted and merged. */
const FEW = 8;

/**
 * Running jobs by expected end.
 *
 * Whoever reads calls `order()` first, and then finds them at `first` to `end` - 1 of `time` and `job`. Newcomers wait
 * unsorted until then: a cluster that is never full never pays for the order. Adding costs O(1); removing O(1) for
 * one not yet put in order, else O(log n) and a move of the shorter side; ordering k newcomers O(k log k + n), and a move
 * each when they are few.
 */
export class Endings {
  time: Float64Array = new Float64Array(64);
  job: Int32Array = new Int32Array(64);
  first = 0;
  end = 0;
  #newTime: Float64Array = new Float64Array(64);
  #newJob: Int32Array = new Int32Array(64);
  #news = 0;
  /** By job: its place among the newcomers; only meaningful when it is found there. */
  #newcomer: Int32Array = new Int32Array(64);

  add(job: number, time: number): void {
    const at = this.#news++;
    if (at === this.#newJob.length) {
      this.#newTime = grown(this.#newTime, at * 2);
      this.#newJob = grown(this.#newJob, at * 2);
    }
    if (job >= this.#newcomer.length) this.#newcomer = grown(this.#newcomer, job * 2);
    this.#newTime[at] = time;
    this.#newJob[at] = job;
    this.#newcomer[job] = at;
  }

  /** Takes out a job that was added with this time; nothing happens when it is not there. */
  remove(job: number, time: number): void {
    const newcomer = this.#newcomer[job]!;
    if (newcomer < this.#news && this.#newJob[newcomer] === job) {
      const last = --this.#news;
      this.#newTime[newcomer] = this.#newTime[last]!;
      this.#newJob[newcomer] = this.#newJob[last]!;
      this.#newcomer[this.#newJob[last]!] = newcomer;
      return;
    }
    let at = this.#lowerBound(time);
    while (at < this.end && this.time[at] === time && this.job[at] !== job) at++;
    if (at === this.end || this.time[at] !== time) return;
    if (at - this.first < this.end - at) {
      this.time.copyWithin(this.first + 1, this.first, at);
      this.job.copyWithin(this.first + 1, this.first, at);
      this.first++;
    } else {
      this.time.copyWithin(at, at + 1, this.end);
      this.job.copyWithin(at, at + 1, this.end);
      this.end--;
    }
  }

  /** Puts everybody in order. */
  order(): void {
    const news = this.#news;
    if (news === 0) return;
    this.#makeRoom(news);
    if (news > FEW) this.#merge();
    else for (let i = 0; i < news; i++) this.#insert(this.#newJob[i]!, this.#newTime[i]!);
    this.#news = 0;
  }

  /** The smallest index whose time is at least `time`. */
  #lowerBound(time: number): number {
    let low = this.first;
    let high = this.end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.time[middle]! < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #makeRoom(more: number): void {
    if (this.end + more <= this.job.length) return;
    this.time.copyWithin(0, this.first, this.end);
    this.job.copyWithin(0, this.first, this.end);
    this.end -= this.first;
    this.first = 0;
    // Half empty at least: else the next few would move everybody again.
    let size = this.job.length;
    while (size < 2 * (this.end + more)) size *= 2;
    if (size === this.job.length) return;
    this.time = grown(this.time, size);
    this.job = grown(this.job, size);
  }

  #insert(job: number, time: number): void {
    const at = this.#lowerBound(time);
    this.time.copyWithin(at + 1, at, this.end);
    this.job.copyWithin(at + 1, at, this.end);
    this.time[at] = time;
    this.job[at] = job;
    this.end++;
  }

  #merge(): void {
    const { time, job } = this;
    const newTime = this.#newTime;
    const newJob = this.#newJob;
    const order = Int32Array.from({ length: this.#news }, (_, i) => i);
    // Not by difference: two infinite times differ by NaN.
    order.sort((a, b) => (newTime[a]! < newTime[b]! ? -1 : newTime[a]! > newTime[b]! ? 1 : 0));
    let old = this.end - 1;
    let to = this.end + this.#news - 1;
    this.end = to + 1;
    for (let i = order.length - 1; i >= 0; to--) {
      const newcomer = order[i]!;
      if (old >= this.first && time[old]! > newTime[newcomer]!) {
        time[to] = time[old]!;
        job[to] = job[old--]!;
      } else {
        time[to] = newTime[newcomer]!;
        job[to] = newJob[newcomer]!;
        i--;
      }
    }
  }
}
