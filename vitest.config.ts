import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["scripts/build-kernel.js"],
    setupFiles: ["test/support/property-seed.ts"],
    testTimeout: 60_000,
    // Two workers: the suite must fit a small machine, and several tests start the command line as a process.
    maxWorkers: 2,
  },
});
