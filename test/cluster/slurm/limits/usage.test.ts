import { describe, expect, it } from "vitest";
import { bookedUse, recordedUse } from "../support/assoc-mgr.js";
import { Books } from "../support/books.js";
import { goldenCase } from "../support/case.js";

describe("what counts against limits, as scontrol show assoc_mgr printed it", () => {
  it.each([
    ["t-tres-limits", 25.3],
    ["t-tres-limits-safe", 24.3],
  ])("%s", (name, phase) => {
    const golden = goldenCase(name);
    const ticks = Array.from({ length: 60 }, (_, i) => phase - 180 + 60 * i);
    const books = new Books(golden, ticks);
    for (const snapshot of golden.observed.snapshots) {
      books.advance(snapshot.t + 0.2);
      const recorded = recordedUse(snapshot.limits!, golden.observed.users);
      expect(bookedUse(books.state), `at ${snapshot.t}`).toEqual(recorded);
    }
  });
});
