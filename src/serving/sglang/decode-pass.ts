import { RequestOutcome } from "../../journal/journal.js";
import type { Batch } from "../batch.js";
import type { Engine } from "../engine.js";
import type { SchedulerState } from "./scheduler-state.js";

/**
 * One token for everybody who decodes (`update_running_batch`). When memory does not do, requests go back to the end of
 * the queue until it does.
 */
export function formDecodePass(state: SchedulerState, engine: Engine, out: Batch): void {
  const { running, ratio } = state;
  const before = running.count;
  if (before === 0) return;
  running.filter();
  if (running.count > 0) {
    if (fits(state)) ratio.decode(1);
    else retract(state, engine);
  }
  if (running.count < before) state.full = false;
  add(state, out);
}

/** Those who decode take part in a pass of prompts, if memory does for that; they come back with it. */
export function mixDecodes(state: SchedulerState, out: Batch): void {
  state.running.filter();
  if (!fits(state)) return;
  add(state, out);
  state.running.clear();
}

function fits({ memory, running }: SchedulerState): boolean {
  return memory.ensure(memory.decodeNeed(running.request, running.count));
}

function add({ memory, running }: SchedulerState, out: Batch): void {
  memory.takeDecode(running.request, running.count);
  for (let i = 0; i < running.count; i++) out.add(running.request[i]!, 1);
}

/**
 * Sends back those with the least output, of equals those with the longest prompt, of equals the last, until the others
 * have memory for their next tokens (`retract_decode`). One alone for which there is none is given up.
 */
function retract(state: SchedulerState, engine: Engine): void {
  const { running, waiting, ratio } = state;
  const retracted: number[] = [];
  running.sortForRetraction();
  while (running.count > 1) {
    const victim = running.pop();
    retracted.push(victim);
    state.release(engine, victim, running.count, "retracted");
    if (fits(state)) break;
  }
  if (running.count === 1 && !fits(state)) engine.finish(running.pop(), RequestOutcome.Aborted);
  ratio.retracted(running);
  for (const victim of retracted) waiting.push(victim);
}
