import { clusterPolicies } from "../cluster/registry.js";
import type { PolicyInfo } from "../core/policy-info.js";
import { routers } from "../serving/router.js";
import { requestSchedulers } from "../serving/schedulers.js";

/** Every policy there is, as `whowaits policies` lists them. */
export const catalogue: readonly PolicyInfo[] = [clusterPolicies, requestSchedulers, routers].flatMap(
  (registry) => Object.values(registry).map((entry) => entry.info),
);
