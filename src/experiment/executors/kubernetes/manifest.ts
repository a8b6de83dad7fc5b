import type { IJob } from "kubernetes-models/batch/v1";

/** What an Indexed Job of Kubernetes is made of. */
export interface IndexedJob {
  readonly name: string;
  readonly image: string;
  /** A PersistentVolumeClaim that all pods can write to: scenario, traces and results lie there. */
  readonly claim: string;
  /** What a pod runs. `{index}` in a word stands for its index, from 0. */
  readonly command: readonly string[];
  /** Pods in all, and at a time. */
  readonly completions: number;
  readonly parallelism: number;
  /** Cores of a pod. */
  readonly cpus: number;
}

/** Where the volume is mounted, and what relative paths are relative to. */
const MOUNT = "/work";
const INDEX = "JOB_COMPLETION_INDEX";
/** Times that a pod is tried again when it dies without saying why. */
const RETRIES = 2;
/** Exit statuses of ours that another try does not mend: wrong input, and a fault of ours. */
const HOPELESS = [2, 4];

/**
 * The manifest, as plain data: a Job of `batch/v1` with `completionMode: Indexed`, one index per share of the points. A pod
 * that is evicted does not count; one that dies is tried again by itself; one whose input is wrong fails its index alone.
 * Needs Kubernetes 1.29 or newer (`backoffLimitPerIndex`).
 */
export function indexedJob(job: IndexedJob): object {
  const { name, image, claim, command, completions, parallelism, cpus } = job;
  const labels = { "app.kubernetes.io/name": "whowaits", "app.kubernetes.io/instance": name };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, labels },
    spec: {
      completionMode: "Indexed",
      completions,
      parallelism: Math.min(parallelism, completions),
      backoffLimitPerIndex: RETRIES,
      podFailurePolicy: {
        rules: [
          { action: "FailIndex", onExitCodes: { containerName: "sweep", operator: "In", values: HOPELESS } },
          { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
        ],
      },
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: "Never",
          containers: [
            {
              name: "sweep",
              image,
              workingDir: MOUNT,
              command: command.map(word),
              env: [{ name: INDEX, valueFrom: { fieldRef: { fieldPath: FIELD } } }],
              resources: { requests: { cpu: String(cpus) } },
              volumeMounts: [{ name: "work", mountPath: MOUNT }],
            },
          ],
          volumes: [{ name: "work", persistentVolumeClaim: { claimName: claim } }],
        },
      },
    },
  } satisfies IJob;
}

const FIELD = "metadata.annotations['batch.kubernetes.io/job-completion-index']";

/** Kubernetes expands `$(NAME)`; what the user wrote stays what it is. */
function word(text: string): string {
  return text.replaceAll("$(", "$$$$(").replaceAll("{index}", `$(${INDEX})`);
}
