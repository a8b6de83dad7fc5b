import type { Result } from "../../metrics/result.js";
import { countOf, formatIndex, formatMetric, formatNumber } from "../figures.js";
import type { Lookup } from "../lookup.js";

/** Who ran, who waited, how long, how fairly: the run in a few sentences. */
export function verdict(result: Result, found: Lookup): string {
  const sentences = [...jobs(found), ...found.services.flatMap((service) => requests(found, service))];
  const cut = {
    interrupted: "Interrupted, so far:",
    entities: "Stopped after the number of entities asked for:",
  };
  const start = result.partial === false ? [] : [cut[result.partial]];
  return [...start, ...(sentences.length > 0 ? sentences : ["Nothing was submitted."])].join(" ");
}

function jobs(found: Lookup): string[] {
  const state = (name: string) => found.value("jobs.count", { state: name }) ?? 0;
  const submitted = state("submitted");
  if (submitted === 0) return [];
  const ended = state("ended");
  const ran =
    ended === submitted ? countOf(ended, "job") : `${formatNumber(ended)} of ${countOf(submitted, "job")}`;
  const waited = state("waited");
  const median = formatMetric(found.metric("wait.p50"));
  const p95 = formatMetric(found.metric("wait.p95"));
  const longest = formatMetric(found.metric("wait.max"));
  const how =
    waited === 0
      ? "none waited"
      : `${formatNumber(waited)} waited (median of all ${median}, p95 ${p95}, longest ${longest})`;
  const whose = submitted === 1 ? "its" : "their";
  return [`${ran} ran to ${whose} end; ${how}.`, ...fairness(found)];
}

function fairness(found: Lookup): string[] {
  for (const over of ["user", "account", "queue"]) {
    const jain = found.metric("jain", { over });
    if (jain === undefined || jain.n < 2) continue;
    const shared = `${countOf(jain.n, over)} shared the fleet with a Jain index of ${formatIndex(jain.value)}`;
    const worst = found.all("worst-mean-wait", { over })[0];
    if (worst === undefined || worst.value === 0) return [`${shared}.`];
    return [`${shared}; ${over} ${worst.labels.tenant} waited longest, ${formatMetric(worst)} on average.`];
  }
  return [];
}

function requests(found: Lookup, service: string): string[] {
  const state = (name: string) => found.value("requests.count", { service, state: name }) ?? 0;
  const arrived = state("arrived");
  if (arrived === 0) return [`${service} had no requests.`];
  const ended = state("ended");
  const answered =
    ended === arrived
      ? countOf(ended, "request")
      : `${formatNumber(ended)} of ${countOf(arrived, "request")}`;
  const median = formatMetric(found.metric("ttft.p50", { service }));
  const p95 = formatMetric(found.metric("ttft.p95", { service }));
  return [`${service} answered ${answered}, the first token after ${median} (median), ${p95} (p95).`];
}
