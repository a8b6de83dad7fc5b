import type { Batch } from "./batch.js";
import type { Engine } from "./engine.js";

/**
 * Lets requests in from the head of the queue, each with its whole prompt, while fewer than `most` run and the KV cache has
 * room for prompt and longest answer; the first that cannot come in holds up the others.
 */
export function admitReserved(engine: Engine, out: Batch, most: number): void {
  const { running, waiting, requests, kv, reasons, maxModelLen } = engine;
  while (waiting.length > 0) {
    if (running.length === most) {
      out.blockedBy = reasons.intern("max_batch_size");
      return;
    }
    const r = waiting.peek();
    const hits = kv.lookup(r);
    const reserved = Math.min(requests.input[r]! + requests.maxTokens[r]!, maxModelLen);
    if (!kv.admit(r, reserved, reserved, requests.known(r))) {
      out.blockedBy = reasons.intern("no free KV blocks");
      return;
    }
    waiting.pop();
    engine.start(r);
    requests.computed[r] = hits;
    out.add(r, requests.known(r) - hits);
  }
}
