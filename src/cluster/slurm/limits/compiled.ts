import type { Association, Qos, TresTable } from "../model/accounting.js";
import type { CommonLimits, TresLimits } from "../model/config.js";

const none = Number.POSITIVE_INFINITY;

/** Limits on numbers of jobs and on time. */
export const numberLimits = [
  "grpJobs",
  "grpSubmitJobs",
  "grpWall",
  "maxWall",
  "maxJobsPerUser",
  "maxJobsPerAccount",
  "maxSubmitPerUser",
  "maxSubmitPerAccount",
  "maxJobs",
  "maxSubmitJobs",
] as const;

/** Limits by TRES. */
export const tresLimits = [
  "grpTres",
  "grpTresMins",
  "grpTresRunMins",
  "maxTresPerJob",
  "maxTresPerNode",
  "maxTresMinsPerJob",
  "maxTresPerUser",
  "maxTresPerAccount",
  "maxTresRunMinsPerUser",
  "maxTresRunMinsPerAccount",
  "minTresPerJob",
] as const;

/** A limit by TRES: position and value of those that have one, positions ascending. */
export type TresLimit = readonly { readonly position: number; readonly limit: number }[];

/** The limits of a QOS or an association with names resolved; Infinity and empty lists where there is none. */
export type CompiledLimits = Record<(typeof numberLimits)[number], number> &
  Record<(typeof tresLimits)[number], TresLimit>;

type Given = CommonLimits & { [K in (typeof numberLimits)[number]]?: number } & {
  [K in (typeof tresLimits)[number]]?: TresLimits;
};

export function compileQos(qos: Qos, tres: TresTable): CompiledLimits {
  return compile(qos.config, tres);
}

/** With what an association inherits: Max limits come from the nearest ancestor that has them, Grp limits do not. */
export function compileAssociation(
  association: Association,
  tres: TresTable,
  limitFactor = -1,
): CompiledLimits {
  const given: Given = { ...association.config };
  for (let one = association.parent; one !== undefined; one = one.parent) {
    const above = one.config;
    for (const name of ["maxJobs", "maxSubmitJobs", "maxWall"] as const)
      if (given[name] === undefined && above[name] !== undefined) given[name] = above[name];
    given.maxTresPerJob = { ...above.maxTresPerJob, ...given.maxTresPerJob };
    given.maxTresPerNode = { ...above.maxTresPerNode, ...given.maxTresPerNode };
    given.maxTresMinsPerJob = { ...above.maxTresMinsPerJob, ...given.maxTresMinsPerJob };
  }
  if (limitFactor > 0) {
    given.grpTres = scaled(given.grpTres, limitFactor);
    given.maxTresPerJob = scaled(given.maxTresPerJob, limitFactor);
  }
  return compile(given, tres);
}

/** What is left of limits where others, looked at before, have none of their own. */
export function without(limits: CompiledLimits, earlier: readonly CompiledLimits[]): CompiledLimits {
  const left = { ...limits };
  for (const name of numberLimits) if (earlier.some((one) => one[name] !== none)) left[name] = none;
  for (const name of tresLimits)
    left[name] = limits[name].filter(
      ({ position }) => !earlier.some((one) => one[name].some((other) => other.position === position)),
    );
  // Limits of a QOS by user or account stand in for the association's own number of jobs.
  if (earlier.some((one) => one.maxJobsPerUser !== none || one.maxJobsPerAccount !== none))
    left.maxJobs = none;
  if (earlier.some((one) => one.maxSubmitPerUser !== none || one.maxSubmitPerAccount !== none))
    left.maxSubmitJobs = none;
  return left;
}

function compile(given: Given, tres: TresTable): CompiledLimits {
  const limits = {} as CompiledLimits;
  for (const name of numberLimits) limits[name] = given[name] ?? none;
  for (const name of tresLimits)
    limits[name] = Object.entries(given[name] ?? {})
      .map(([resource, limit]) => ({ position: tres.index(resource), limit }))
      .filter(({ position, limit }) => position >= 0 && limit !== none)
      .sort((a, b) => a.position - b.position);
  return limits;
}

function scaled(limits: TresLimits | undefined, factor: number): TresLimits {
  return Object.fromEntries(
    Object.entries(limits ?? {}).map(([name, limit]) => [name, Math.trunc(limit * factor)]),
  );
}
