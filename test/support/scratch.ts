import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const root = mkdtempSync(join(tmpdir(), "whowaits-test-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A new empty folder, which is gone when the tests of the file are through. */
export function scratchFolder(): string {
  return mkdtempSync(join(root, "folder-"));
}
