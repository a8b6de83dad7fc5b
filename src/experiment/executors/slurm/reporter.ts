import { formatDuration, MILLISECOND } from "../../../core/units.js";
import type { FollowedArray } from "./array.js";

interface Listener {
  /** Told what a user should know, once each. */
  readonly note?: (text: string) => void;
  /** Told how many tasks run and wait. */
  readonly status?: (text: string) => void;
}

/** Reasons of Slurm's for which a task waits until somebody does something about it. */
const STUCK =
  /^(Bad|Invalid|JobHeld|Partition(Down|Inactive|NodeLimit|TimeLimit)|ReqNodeNotAvail|Licenses|.*MaxWall|launch failed|Nodes required)/;

/** A time without news that is worth a word, ms. */
const LONG = 15 * 60_000;

/** Says how the arrays get on. */
export class Reporter {
  readonly #told = new Set<string>();
  #news = performance.now();

  constructor(readonly listener: Listener) {}

  submitted(id: string, tasks: number, size: number): void {
    const points = size === 1 ? "a point each" : `${size} points each`;
    this.#note(`array ${id} submitted: ${tasks} ${tasks === 1 ? "task" : "tasks"} of ${points}`);
  }

  found(id: string): void {
    this.#note(`array ${id.split("_")[0]} was submitted before and goes on: its points are waited for`);
  }

  refused(message: string): void {
    this.#note(`${message}; trying again when others have ended`);
  }

  look(arrays: readonly FollowedArray[], news: boolean): void {
    const tasks = arrays.flatMap((array) => [...array.going()]);
    const waiting = tasks.filter(({ state }) => state === "PENDING");
    const running = tasks.length - waiting.length;
    const reason = waiting[0]?.reason;
    this.listener.status?.(
      `${running} running${reason === undefined ? "" : `, ${waiting.length} waiting (${reason})`}`,
    );
    for (const { id, reason } of waiting)
      if (STUCK.test(reason) && !this.#told.has(reason)) {
        this.#told.add(reason);
        this.#note(
          `${id} waits for ${reason}, which does not pass by itself; Ctrl-C ends this and keeps what is there`,
        );
      }
    const now = performance.now();
    if (news || running === 0) this.#news = now;
    else if (now - this.#news > LONG) {
      this.#news = now;
      const first = tasks.find(({ state }) => state !== "PENDING")!;
      const long = formatDuration(LONG * MILLISECOND);
      this.#note(
        `nothing has come back for ${long} from ${first.id}${running > 1 ? ` and ${running - 1} more` : ""}; --time bounds a task that hangs, and its points are tried again`,
      );
    }
  }

  #note(text: string): void {
    this.listener.note?.(text);
  }
}
