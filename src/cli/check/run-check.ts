import { appendFileSync, readFileSync } from "node:fs";
import { InputError } from "../../core/errors.js";
import { hasFailed, type ScenarioCheck } from "../../experiment/check/assertion.js";
import { type BaselineEntry, baselineText, parseBaseline } from "../../experiment/check/baseline.js";
import { type CheckOptions, checkRuns } from "../../experiment/check/check.js";
import type { CheckCliOptions } from "../commands/check.js";
import { Exit } from "../exit.js";
import { fraction } from "../numbers.js";
import type { Terminal } from "../terminal.js";
import { writeWhole } from "../write-whole.js";
import { type Checked, runScenarios } from "./run-scenarios.js";

export async function runCheck(
  paths: readonly string[],
  options: CheckCliOptions,
  terminal: Terminal,
): Promise<Exit> {
  const { baseline: file, saveBaseline } = options;
  const baseline = file === undefined ? undefined : { content: readBaseline(file), file };
  const how: CheckOptions = {
    ...(baseline === undefined ? {} : { baseline }),
    tolerance: fraction(options.tolerance, "--tolerance", { above: -1, below: Infinity }),
    significance: fraction(options.significance, "--significance", { above: 0, below: 0.5 }),
  };
  const { checked, partial, tool } = await runScenarios(paths, options, terminal, refuseNothing(options));
  const results = checked.map((one) => ({ ...checkRuns(one.loaded, one.runs, how, one.files), partial }));
  if (results.length === 0) {
    terminal.err("interrupted before the first replication had ended\n");
    return Exit.Interrupted;
  }
  if (!partial) await writeFiles(results, options, terminal);
  await show(results, options, terminal);
  if (partial) return Exit.Interrupted;
  if (saveBaseline !== undefined) {
    const entries: Record<string, BaselineEntry> = Object.fromEntries(
      results.map(({ scenario, entry }) => [scenario, entry]),
    );
    writeWhole(saveBaseline, baselineText(tool!, entries));
    terminal.err(`baseline written to ${saveBaseline}\n`);
  }
  return hasFailed(results) && options.fail ? Exit.Failed : Exit.Done;
}

/** A check without anything to check would pass whatever happens. */
function refuseNothing({
  baseline,
  saveBaseline,
}: CheckCliOptions): (all: readonly Pick<Checked, "loaded">[]) => void {
  return (all) => {
    const names = all.map(({ loaded }) => loaded.scenario.name);
    const twice = names.find((name, i) => names.indexOf(name) < i);
    if (twice !== undefined)
      throw new InputError({
        code: "check/same-name",
        message: `two of the scenarios are called ${twice}`,
        hint: "names tell them apart in reports and baselines",
      });
    if (baseline !== undefined || saveBaseline !== undefined) return;
    const idle = all.find(({ loaded }) => loaded.thresholds.length === 0);
    if (idle !== undefined)
      throw new InputError({
        code: "check/nothing",
        message: `${idle.loaded.scenario.name} has no thresholds`,
        hint: "give it some, such as thresholds: [ wait.p95 < 2h ], or name a --baseline",
      });
  };
}

function readBaseline(file: string) {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new InputError({
      code: "check/no-baseline",
      message: `cannot read the baseline ${file}: ${(error as NodeJS.ErrnoException).code}`,
      hint: "whowaits check SCENARIO --save-baseline FILE writes one",
    });
  }
  return parseBaseline(text, file);
}

/** What other programs read, written before anything is printed. */
async function writeFiles(
  results: readonly ScenarioCheck[],
  { junit, markdown }: CheckCliOptions,
  { world }: Terminal,
): Promise<void> {
  if (junit !== undefined) {
    const { checkJunit } = await import("../../report/check/junit.js");
    writeWhole(junit, checkJunit(results));
  }
  const page = world.env.GITHUB_STEP_SUMMARY;
  if (markdown === undefined && !page) return;
  const { checkMarkdown } = await import("../../report/check/markdown.js");
  const text = checkMarkdown(results);
  if (markdown !== undefined) writeWhole(markdown, text);
  if (page) appendFileSync(page, text);
}

async function show(
  results: readonly ScenarioCheck[],
  options: CheckCliOptions,
  terminal: Terminal,
): Promise<void> {
  if (options.json) {
    const { checkJson } = await import("../../report/check/json.js");
    terminal.out(checkJson(results));
  } else {
    const { checkText } = await import("../../report/check/text.js");
    const { width, style } = terminal;
    terminal.out(await checkText(results, { width, style, all: options.all ?? false }));
  }
  const onGithub = terminal.world.env.GITHUB_ACTIONS === "true";
  if (options.annotations === "none" || (options.annotations === "auto" && !onGithub)) return;
  const { githubAnnotations } = await import("../../report/check/annotations.js");
  // Whoever reads JSON from standard output must not find anything else there; the runner reads both streams.
  (options.json ? terminal.err : terminal.out).call(terminal, githubAnnotations(results));
}
