import { Act, type Decision, type DecisionLog, type Subject } from "./decision-log.js";
import { type Moves, Tally, type Worker } from "./moves.js";

/** What one side did with a subject, or instead of it. */
export type Choice =
  | { readonly subject: Subject; readonly act: "start" | "preempt"; readonly where: string }
  /** It waited on, for this reason if one was given. */
  | { readonly subject: Subject; readonly act: "wait"; readonly reason?: string };

/** The earliest moment at which two runs part. */
export interface FirstDifference {
  /** µs since the runs' start. */
  time: number;
  before: Choice;
  after: Choice;
  /** What the side that let the subject wait did at that moment, and the other did not. */
  instead?: Choice;
}

export interface Divergence {
  /** undefined when all decisions are the same. */
  first: FirstDifference | undefined;
  moves: Moves[];
}

/** Compares the decisions of two runs of the same work, subject by subject. */
export function diverge(before: DecisionLog, after: DecisionLog): Divergence {
  let earliest: Parting | undefined;
  const tallies = new Map<Worker, Tally>();
  for (const [key, old] of before.keys) {
    const now = after.keys.get(key);
    const { kind } = before.subjects[old]!;
    if (kind !== "replica") {
      let tally = tallies.get(kind);
      if (tally === undefined) {
        tally = new Tally(kind);
        tallies.set(kind, tally);
      }
      const started = now === undefined ? undefined : after.firstStart(now);
      tally.add(before.subjects[old]!, before.firstStart(old), started);
    }
    if (now === undefined) continue;
    const parting = partingOf(before, old, after, now);
    if (parting !== undefined && (earliest === undefined || parting.time < earliest.time)) earliest = parting;
  }
  const first = earliest === undefined ? undefined : explain(before, after, earliest);
  const kinds = [...tallies.keys()].sort();
  return { first, moves: kinds.map((kind) => tallies.get(kind)!.moves()) };
}

interface Parting {
  time: number;
  old: number;
  now: number;
  /** What each side decided there; undefined when that was nothing (yet). */
  before: Decision | undefined;
  after: Decision | undefined;
}

/** Where the decisions on one subject part. */
function partingOf(before: DecisionLog, old: number, after: DecisionLog, now: number): Parting | undefined {
  const others = after.decisionsOn(now);
  const mine = before.decisionsOn(old);
  for (;;) {
    const [a, b] = [mine.next().value as Decision | undefined, others.next().value as Decision | undefined];
    if (a === undefined && b === undefined) return undefined;
    if (a?.time === b?.time && a?.act === b?.act && a?.where === b?.where) continue;
    const time = Math.min(a?.time ?? Infinity, b?.time ?? Infinity);
    return {
      time,
      old,
      now,
      before: a?.time === time ? a : undefined,
      after: b?.time === time ? b : undefined,
    };
  }
}

function explain(before: DecisionLog, after: DecisionLog, parting: Parting): FirstDifference {
  const { time, old, now } = parting;
  const choice = (log: DecisionLog, number: number, decision: Decision | undefined): Choice => {
    const subject = log.subjects[number]!;
    if (decision !== undefined)
      return { subject, act: decision.act === Act.Start ? "start" : "preempt", where: decision.where };
    const reason = log.reasonAt(number, time);
    return { subject, act: "wait", ...(reason === undefined ? {} : { reason }) };
  };
  const [idle, busy] = parting.before === undefined ? [before, after] : [after, before];
  const bothActed = parting.before !== undefined && parting.after !== undefined;
  const instead = bothActed ? undefined : actedInstead(idle, busy, time);
  return {
    time,
    before: choice(before, old, parting.before),
    after: choice(after, now, parting.after),
    ...(instead === undefined ? {} : { instead: choice(idle, ...instead) }),
  };
}

/** What one log decided at a time and the other did not. */
function actedInstead(log: DecisionLog, other: DecisionLog, time: number): [number, Decision] | undefined {
  for (const [key, number] of log.keys)
    for (const decision of log.decisionsOn(number)) {
      if (decision.time > time) break;
      if (decision.time < time) continue;
      const theirs = [...other.decisionsOn(other.keys.get(key) ?? -1)];
      const same = theirs.some(
        ({ time: t, act, where }) => t === time && act === decision.act && where === decision.where,
      );
      if (!same) return [number, decision];
    }
  return undefined;
}
