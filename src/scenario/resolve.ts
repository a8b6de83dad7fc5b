import { resolveSlurm } from "../cluster/slurm/config/resolve-slurm.js";
import { findGpu, type GpuType } from "../fleet/catalogue.js";
import type { PoolSpec } from "../fleet/fleet.js";
import type { Path } from "./positions.js";
import type { Report } from "./report.js";
import { resolveGpuType } from "./resolve-gpu.js";
import { resolveClusterPolicy } from "./resolve-policy.js";
import { resolveService } from "./resolve-service.js";
import { resolveJobs } from "./resolve-sources.js";
import type { Scenario } from "./scenario.js";
import type { ParsedPool, ParsedScenario } from "./schema.js";
import { definite } from "./values.js";

/**
 * Looks at a scenario as a whole: names that must exist, figures that must agree, defaults that depend on others.
 * Everything wrong is reported; the result is only meaningful when nothing was.
 *
 * @param folder where relative paths start
 * @param name the scenario's name when it gives none
 */
export async function resolveScenario(
  parsed: ParsedScenario,
  folder: string,
  name: string,
  report: Report,
): Promise<Scenario> {
  const gpuTypes = Object.entries(parsed.fleet?.gpuTypes ?? {}).flatMap(
    ([type, given]) => report.attempt(() => resolveGpuType(type, given)) ?? [],
  );
  const given =
    parsed.fleet?.pools?.flatMap(
      (pool, i) => report.attempt(() => resolvePool(pool, ["fleet", "pools", i], gpuTypes)) ?? [],
    ) ?? report.attempt(() => poolsOfConf(parsed, folder, gpuTypes));
  checkUnique(parsed.fleet?.pools ?? [], ["fleet", "pools"], "pool", report);
  checkUnique(parsed.services, ["services"], "service", report);
  const configured = await resolveClusterPolicy(parsed.scheduler, { folder, pools: given, gpuTypes }, report);
  const pools = configured.pools ?? given ?? missingFleet(parsed, report);

  const until = parsed.until ?? Number.POSITIVE_INFINITY;
  const gpusPerNode = pools.reduce((most, pool) => Math.max(most, pool.gpusPerNode), 1);
  const setting = { until, gpusPerNode, gpuTypes, load: parsed.load };
  const jobs = await resolveJobs(parsed.jobs, folder, setting, report);
  const services = [];
  for (const [i, service] of parsed.services.entries())
    services.push(
      await resolveService(service, ["services", i], folder, { pools, gpuTypes }, setting, report),
    );

  checkWork(parsed, report);
  checkWindow(parsed, until, report);
  return {
    name: parsed.name ?? name,
    ...(parsed.description === undefined ? {} : { description: parsed.description }),
    seed: parsed.seed,
    until,
    stop: definite(parsed.stop),
    fleet: { pools, gpuTypes },
    scheduler: { policy: parsed.scheduler.policy, options: configured.options },
    jobs,
    services,
    measure: {
      window: { from: statedFrom(parsed), to: parsed.measure.to ?? Number.POSITIVE_INFINITY },
      ...(parsed.measure.from === "auto" ? { warmUp: "MSER-5" as const } : {}),
      tau: parsed.measure.tau,
      groupBy: parsed.measure.groupBy,
      ...definite({ exactSamples: parsed.measure.exactSamples }),
    },
  };
}

/** The nodes of a slurm.conf, for a policy that does not read it itself. */
function poolsOfConf(
  { fleet, scheduler }: ParsedScenario,
  folder: string,
  gpuTypes: readonly GpuType[],
): PoolSpec[] | undefined {
  if (fleet?.conf === undefined || scheduler.conf !== undefined) return undefined;
  return resolveSlurm({ conf: fleet.conf }, folder, undefined, gpuTypes, ["fleet"]).pools;
}

/** A policy that does not know its nodes itself needs a fleet. */
function missingFleet({ fleet }: ParsedScenario, report: Report): PoolSpec[] {
  if (report.problems.length === 0)
    report.add(
      fleet === undefined
        ? {
            code: "scenario/missing-key",
            message: 'the top level needs "fleet"',
            path: [],
            hint: "fleet: What there is",
          }
        : {
            code: "scenario/missing-key",
            message: 'fleet needs "pools"',
            path: ["fleet"],
            hint: "pools: Groups of equal nodes",
          },
    );
  return [];
}

function resolvePool(pool: ParsedPool, path: Path, own: readonly GpuType[]): PoolSpec {
  const type = pool.gpu === undefined ? undefined : findGpu(pool.gpu, own, [...path, "gpu"]);
  const gpusPerNode = type === undefined ? 0 : (pool.gpusPerNode ?? type.gpusPerNode);
  const domain = type === undefined ? 1 : Math.max(1, Math.floor(type.domain / gpusPerNode));
  return {
    name: pool.name,
    nodes: pool.nodes,
    ...(type === undefined ? {} : { gpu: type.name }),
    gpusPerNode,
    cpus: pool.cpus ?? (type === undefined ? 1 : 0),
    memory: pool.memory ?? Number.POSITIVE_INFINITY,
    ...(pool.nodesPerRack === undefined ? {} : { nodesPerRack: pool.nodesPerRack }),
    nodesPerDomain: pool.nodesPerDomain ?? domain,
  };
}

function checkUnique(items: readonly { name: string }[], path: Path, noun: string, report: Report): void {
  const seen = new Set<string>();
  for (const [i, { name }] of items.entries()) {
    if (seen.has(name))
      report.add({
        code: "scenario/duplicate-name",
        message: `there are two ${noun}s called "${name}"`,
        path: [...path, i, "name"],
        hint: "names tell them apart in results",
      });
    seen.add(name);
  }
}

function checkWork(parsed: ParsedScenario, report: Report): void {
  const jobs = [parsed.jobs ?? []].flat().length;
  const services = parsed.services.length;
  if (jobs + services === 0)
    report.add({
      code: "scenario/no-work",
      message: "the scenario has neither jobs nor services",
      path: [],
      hint: "add jobs: { trace: … } or services: [ … ]",
    });
  for (const [key, there] of [
    ["jobs", jobs],
    ["requests", services],
  ] as const)
    if (parsed.stop[key] !== undefined && there === 0)
      report.add({
        code: "scenario/no-work",
        message: `the run would never stop by "${key}": there are none`,
        path: ["stop", key],
      });
  for (const [i, pool] of (parsed.fleet?.pools ?? []).entries())
    if (pool.gpu === undefined && pool.gpusPerNode !== undefined)
      report.add({
        code: "scenario/missing-key",
        message: `fleet.pools[${i}] needs "gpu"`,
        path: ["fleet", "pools", i, "gpusPerNode"],
        hint: "the type of those GPUs",
      });
}

function statedFrom({ measure: { from } }: ParsedScenario): number {
  return from === "auto" ? 0 : from;
}

function checkWindow(parsed: ParsedScenario, until: number, report: Report): void {
  const { measure } = parsed;
  const from = statedFrom(parsed);
  const wrong = (key: "from" | "to", message: string, hint: string) =>
    report.add({ code: "scenario/empty-window", message, path: ["measure", key], hint });
  if (measure.to !== undefined && measure.to <= from)
    wrong("to", "the measured window ends before it begins", `"to" must be later than "from"`);
  else if (from >= until)
    wrong("from", "the measured window begins when the run has ended", `"until" must be later`);
}
