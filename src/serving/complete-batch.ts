import type { Batch } from "./batch.js";
import type { Engine } from "./engine.js";

/**
 * The usual end of a pass: every entry that reached the end of what was known gets one token, and who is done leaves,
 * in batch order. Entries whose request has ended meanwhile are passed over; their token is lost.
 */
export function completeBatch(engine: Engine, batch: Batch): void {
  const { requests } = engine;
  for (let i = 0; i < batch.count; i++) {
    const r = batch.request[i]!;
    if (batch.samples[i] === 0 || requests.serial[r] !== batch.serial[i]) continue;
    const outcome = engine.generate(r);
    if (outcome >= 0) engine.finish(r, outcome as Exclude<typeof outcome, -1>);
  }
}
