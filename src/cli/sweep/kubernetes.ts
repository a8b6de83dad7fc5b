import { createHash } from "node:crypto";
import { stringify } from "yaml";
import { InputError } from "../../core/errors.js";
import { indexedJob } from "../../experiment/executors/kubernetes/manifest.js";
import { chunkSize } from "../../experiment/executors/slurm/chunks.js";
import { pointCount } from "../../experiment/sweep/sweep.js";
import { formatNumber } from "../../report/figures.js";
import type { SweepCliOptions } from "../commands/sweep.js";
import { refuseForeign } from "../many-runs/executor.js";
import { wholeNumber } from "../numbers.js";
import type { Terminal } from "../terminal.js";
import type { NamedPlan } from "./plan-sweep.js";

/** Indexes that a Job may have: Kubernetes' own bound for jobs that retry by index. */
const MOST_INDEXES = 100_000;

/**
 * Prints the manifest of an Indexed Job that runs a sweep, a share of the points in each pod, with the commands that start
 * it and gather what it made.
 *
 * @throws InputError when it is to be run from here, or something is missing
 */
export function printManifest(
  path: string,
  plan: NamedPlan,
  options: SweepCliOptions,
  terminal: Terminal,
): void {
  const { image, claim } = options;
  refuseForeign(options, ["partition", "account", "time", "sbatch"]);
  if (!options.dryRun)
    throw new InputError({
      code: "kubernetes/dry-run",
      message: "sweeps are not run on Kubernetes from here",
      hint: "--dry-run prints a manifest for kubectl apply, and the command that gathers",
    });
  if (image === undefined || claim === undefined)
    throw new InputError({
      code: "kubernetes/incomplete",
      message: `the pods need ${image === undefined ? "an image that has whowaits" : "a volume that they share"}`,
      hint: image === undefined ? "name it with --image" : "name its claim with --claim",
    });
  const points = pointCount(plan);
  const each = wholeNumber(options.chunk, "--chunk") ?? chunkSize(points, MOST_INDEXES);
  const completions = Math.ceil(points / each);
  if (completions > MOST_INDEXES)
    throw new InputError({
      code: "kubernetes/too-many-pods",
      message: `${formatNumber(points)} points in shares of ${each} are ${formatNumber(completions)} pods`,
      hint: `Kubernetes takes ${formatNumber(MOST_INDEXES)}: --chunk ${Math.ceil(points / MOST_INDEXES)} or more`,
    });
  const cpus = wholeNumber(options.workers, "--workers") ?? 1;
  const sweep = ["whowaits", "sweep", path, ...repeated(options)];
  const name = nameOf(plan.scenario, sweep);
  const job = indexedJob({
    name,
    image,
    claim,
    command: [...sweep, "--workers", String(cpus), "--shard", `{index}/${completions}`, "--quiet", "--yes"],
    completions,
    parallelism: wholeNumber(options.throttle, "--throttle") ?? completions,
    cpus,
  });
  const gather = [...sweep, ...(options.out === undefined ? [] : ["--out", options.out])]
    .map(shown)
    .join(" ");
  const steps = [
    `${formatNumber(points)} points in ${formatNumber(completions)} pods; ${claim} must hold this folder.`,
    "kubectl apply -f THIS-FILE",
    `kubectl wait --for=condition=Complete --timeout=24h job/${name}`,
    "and where the volume is mounted, to gather (and to run what is missing):",
    gather,
  ];
  terminal.out(
    steps.map((line) => `# ${line}\n`).join("") +
      stringify(job, { lineWidth: 0, aliasDuplicateObjects: false }),
  );
  terminal.err(`to gather, where the volume is mounted: ${gather}\n`);
}

/** The options that say what the points are, as they were given. */
function repeated(options: SweepCliOptions): string[] {
  const { vary, set = [], sample, variant, seed, until, replications, seeds, warmUp, store } = options;
  const many = (name: string, values: readonly string[]) => values.flatMap((value) => [name, value]);
  const one = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value]);
  return [
    ...many("--vary", vary),
    ...many("--set", set),
    ...one("--sample", sample),
    ...one("--variant", variant),
    ...one("--seed", seed),
    ...one("--until", until),
    ...one("--replications", replications),
    ...one("--seeds", seeds),
    ...one("--warm-up", warmUp),
    ...one("--store", store),
  ];
}

/** A name that Kubernetes takes: the scenario's, and a hash so that another sweep of it is another job. */
function nameOf(scenario: string, sweep: readonly string[]): string {
  const hash = createHash("sha256").update(sweep.join("\0")).digest("hex").slice(0, 8);
  const plain = scenario
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replace(/^-+|-+$/g, "");
  return ["whowaits", plain, hash].filter((part) => part !== "").join("-");
}

/** A word as a shell takes it. */
function shown(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
