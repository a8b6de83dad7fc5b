import type { ConfiguredPolicy, PolicySetting } from "../cluster/policy.js";
import { clusterPolicies } from "../cluster/registry.js";
import type { PolicyInfo } from "../core/policy-info.js";
import { resolveOptions } from "./policy-options.js";
import type { Path } from "./positions.js";
import { meant } from "./problems.js";
import type { Report } from "./report.js";
import type { PolicySpec } from "./scenario.js";
import { isModulePath } from "./user-module.js";

const NOUNS: Record<PolicyInfo["kind"], string> = {
  cluster: "a cluster policy",
  request: "a request scheduler",
  router: "a router",
};

/**
 * The options of the scenario's cluster policy, checked; of a policy with a configuration of its own what that says,
 * and the fleet that it names.
 */
export async function resolveClusterPolicy(
  { policy, ...options }: { policy: string } & Record<string, unknown>,
  setting: PolicySetting,
  report: Report,
): Promise<ConfiguredPolicy> {
  const entry = Object.hasOwn(clusterPolicies, policy) ? clusterPolicies[policy] : undefined;
  if (entry?.configure === undefined) {
    const at = { name: ["scheduler", "policy"], options: ["scheduler"] };
    await checkPolicy("cluster", { policy, options }, at, report);
    return { options };
  }
  const configured = report.attempt(() => entry.configure!(options, setting));
  report.warnings.push(...(configured?.warnings ?? []));
  return configured ?? { options, pools: setting.pools ?? [] };
}

/**
 * Reports a policy that does not exist, or options that it does not have. A user's own module is looked at when it is
 * loaded.
 *
 * @param at where its name and its options stand
 */
export async function checkPolicy(
  kind: PolicyInfo["kind"],
  { policy, options }: PolicySpec,
  at: { name: Path; options: Path },
  report: Report,
): Promise<void> {
  if (isModulePath(policy)) return;
  // What serves requests is not loaded for a scenario of jobs.
  const known =
    kind === "cluster" && Object.hasOwn(clusterPolicies, policy) ? clusterPolicies[policy]!.info : undefined;
  const catalogue = known === undefined ? (await import("./catalogue.js")).catalogue : [known];
  const info = catalogue.find((entry) => entry.kind === kind && entry.name === policy);
  if (info !== undefined) {
    report.attempt(() => resolveOptions(info, options, at.options));
    return;
  }
  const names = catalogue.filter((entry) => entry.kind === kind).map(({ name }) => name);
  const other = catalogue.find(({ name }) => name === policy);
  report.add({
    code: "scenario/unknown-policy",
    message: `"${policy}" is not ${NOUNS[kind]}`,
    path: at.name,
    hint:
      other !== undefined
        ? `it is ${NOUNS[other.kind]}; here: ${names.join(", ")}`
        : (meant(policy, names) ??
          `there are ${names.join(", ")}; your own is a path such as ./my-policy.js`),
  });
}
