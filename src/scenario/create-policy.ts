import { resolve } from "node:path";
import type { ClusterPolicy, ClusterPolicyEntry } from "../cluster/policy.js";
import { clusterPolicies } from "../cluster/registry.js";
import type { Random } from "../core/random.js";
import { resolveOptions } from "./policy-options.js";
import type { PolicySpec } from "./scenario.js";
import { isModulePath, loadUserModule } from "./user-module.js";

/**
 * The cluster policy that a scenario names: ours, or a user's module.
 *
 * @param epoch Unix time of the run's start, if the work has a calendar
 * @throws InputError when the module or its options are wrong
 */
export async function createClusterPolicy(
  spec: PolicySpec,
  folder: string,
  random: Random,
  epoch?: number,
): Promise<ClusterPolicy> {
  if (!isModulePath(spec.policy)) {
    const entry = clusterPolicies[spec.policy]!;
    if (entry.configure !== undefined) return entry.create({ ...spec.options, epoch }, random);
    return entry.create(resolveOptions(entry.info, spec.options, ["scheduler"]), random);
  }
  const { entry, checked } = await loadUserModule<ClusterPolicyEntry>(
    resolve(folder, spec.policy),
    spec.policy,
    "cluster",
    ["scheduler", "policy"],
  );
  const options = checked ? resolveOptions(entry.info, spec.options, ["scheduler"]) : { ...spec.options };
  return entry.create(options, random);
}
