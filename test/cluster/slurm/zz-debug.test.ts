import { it } from "vitest";
import { goldenCase } from "./support/case.js";
import { trajectoryOf } from "./support/trajectory.js";

it("debug", async () => {
  const golden = goldenCase(process.env.CASE!);
  const ours = await trajectoryOf(golden, Math.max(...golden.passes.map((p) => p.t)));
  const rows: string[] = [];
  const seen = new Map<string, number>();
  for (const [job, t, by, nodes] of golden.observed.start_order) {
    const k = seen.get(job) ?? 0;
    seen.set(job, k + 1);
    const mine = ours.starts.get(job)?.[k];
    const end = ours.ends.get(job);
    const rec = golden.observed.jobs.find((j) => j.id === job);
    rows.push(
      `${mine === undefined || Math.abs(mine.t - t) > 15 ? "X" : " "} ${job} rec ${t} ${by} ${nodes} | ours ${mine?.t} ${mine?.nodes.join(",")} end ${end?.t}(${end?.outcome}) rec end ${rec?.end} ${rec?.state} lim ${rec?.time_limit ?? golden.scenario.workload.find((w) => job.startsWith(w.id))?.limit_min}`,
    );
  }
  for (const [job, s] of ours.starts) if (!seen.has(job)) rows.push(`X ${job} only ours ${s[0]!.t}`);
  console.log(rows.join("\n"));
}, 60000);
