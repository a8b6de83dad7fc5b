import { describe, expect, it } from "vitest";
import { cores, type PlainJob, startTimes } from "../support/cluster.js";

const run = { pools: cores(4), policy: "easy", processor: "core" as const };

describe("easy", () => {
  it("counts everybody whose expected end is the shadow time itself", async () => {
    // At 10 both running jobs end: 4 are free, the head needs 3, and one is left for the last job.
    const jobs: PlainJob[] = [
      { submit: 0, run: 10, estimate: 10, tasks: 1 },
      { submit: 0, run: 10, estimate: 10, tasks: 2 },
      { submit: 1, run: 5, estimate: 5, tasks: 3 },
      { submit: 2, run: 50, estimate: 50, tasks: 1 },
    ];
    expect(await startTimes({ ...run, jobs })).toEqual([0, 0, 10, 2]);
  });

  it("asks those again whom it refused, once the shadow time has passed without an end", async () => {
    // By 5 only one job was to end, and none was left beside the head; by 9 the second is overdue as well.
    const jobs: PlainJob[] = [
      { submit: 0, run: 50, estimate: 5, tasks: 1 },
      { submit: 0, run: 50, estimate: 8, tasks: 1 },
      { submit: 1, run: 5, estimate: 5, tasks: 3 },
      { submit: 2, run: 100, estimate: 100, tasks: 1 },
      { submit: 9, run: 100, estimate: 100, tasks: 1 },
    ];
    expect(await startTimes({ ...run, jobs, kill: false })).toEqual([0, 0, 50, 9, 55]);
  });

  it("makes a new reservation when the head was taken back and another job got its number", async () => {
    // The first head was to start at 20, the second at 10, which a job until 14 would delay.
    const jobs: PlainJob[] = [
      { submit: 0, run: 10, estimate: 10, tasks: 1 },
      { submit: 0, run: 20, estimate: 20, tasks: 1 },
      { submit: 1, run: 1, estimate: 1, tasks: 4, cancel: 5 },
      { submit: 2, run: 30, estimate: 30, tasks: 1, cancel: 4 },
      { submit: 5, run: 10, estimate: 10, tasks: 3 },
      { submit: 6, run: 8, estimate: 8, tasks: 1 },
    ];
    expect(await startTimes({ ...run, jobs })).toEqual([0, 0, -1, -1, 10, 20]);
  });

  it("lets a later job pass on nodes that the head does not need", async () => {
    const pools = [
      { name: "a", nodes: 1, gpu: "a", gpusPerNode: 4, cpus: 8, memory: Number.POSITIVE_INFINITY },
      { name: "b", nodes: 1, gpu: "b", gpusPerNode: 4, cpus: 8, memory: Number.POSITIVE_INFINITY },
    ];
    const want = (gpus: number, gpuType: string): PlainJob["shape"] => ({
      groups: [{ count: 1, gpus, cpus: 0, memory: 0 }],
      gpuType,
    });
    const jobs: PlainJob[] = [
      { submit: 0, run: 10, estimate: 10, shape: want(2, "a") },
      { submit: 1, run: 10, estimate: 10, shape: want(4, "a") },
      { submit: 2, run: 90, estimate: 90, shape: want(4, "b") },
      { submit: 3, run: 90, estimate: 90, shape: want(2, "a") },
    ];
    expect(await startTimes({ pools, policy: "easy", jobs })).toEqual([0, 10, 2, 20]);
  });
});
