import { describe, expect, it } from "vitest";
import { bookedUse, recordedUse } from "../support/assoc-mgr.js";
import { Books } from "../support/books.js";
import { goldenCase } from "../support/case.js";
import { decayTicks } from "../support/decay-phase.js";

describe("what counts against limits, as scontrol show assoc_mgr printed it", () => {
  it.each(["t-tres-limits", "t-tres-limits-safe", "w-association-limits", "z-usage-before"])("%s", (name) => {
    const golden = goldenCase(name);
    const books = new Books(golden, decayTicks(name));
    for (const snapshot of golden.observed.snapshots) {
      books.advance(snapshot.t + 0.2);
      const recorded = recordedUse(snapshot.limits!, golden.observed.users);
      expect(bookedUse(books.state), `at ${snapshot.t}`).toEqual(recorded);
    }
  });
});
