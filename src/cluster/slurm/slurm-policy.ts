import { InvariantError } from "../../core/errors.js";
import { MINUTE } from "../../core/units.js";
import { Placement } from "../../fleet/placement.js";
import { JobOutcome, type NodeState } from "../../journal/journal.js";
import type {
  ClusterActions,
  ClusterEvent,
  ClusterPolicy,
  ClusterView,
  JobView,
  PolicyWarning,
} from "../policy.js";
import type { Release } from "./controller/completing.js";
import { Controller, type TimedOperation } from "./controller/controller.js";
import { submissionOf } from "./controller/from-shape.js";
import type { Host } from "./controller/host.js";
import type { MakeParts } from "./controller/parts.js";
import type { PassClocks } from "./controller/passes.js";
import type { Phases } from "./controller/phases.js";
import type { Arrival } from "./controller/record.js";
import { CoreClaims } from "./core-claims.js";
import type { JobEnd, SlurmJob } from "./model/job.js";
import type { SlurmState } from "./model/state.js";
import type { Submission } from "./model/submission.js";
import type { PowerSources } from "./power/node-keeper.js";
import { Refusals } from "./refusals.js";

const MIB = 2 ** 20;

const OUTCOMES: Record<JobEnd, JobOutcome> = {
  COMPLETED: JobOutcome.Completed,
  FAILED: JobOutcome.Failed,
  TIMEOUT: JobOutcome.TimedOut,
  CANCELLED: JobOutcome.Cancelled,
  DEADLINE: JobOutcome.Cancelled,
  NODE_FAIL: JobOutcome.NodeFail,
  PREEMPTED: JobOutcome.Preempted,
};

/** The cluster's policy `slurm`: a controller, and the border between its records and the cluster's jobs. */
export class SlurmPolicy implements ClusterPolicy, Host {
  readonly enforcesLimits = true;
  readonly opens: boolean;
  readonly controller: Controller;
  readonly #parse: (options: string) => Submission;
  readonly #submissions = new Map<string | number, Submission>();
  readonly #placement = new Placement();
  readonly #refusals = new Refusals();
  readonly #claims: CoreClaims | undefined;
  #act: ClusterActions | undefined;
  #killing: JobEnd | undefined;
  #wakeAt = -1;
  #wakeIdle = false;

  constructor(
    state: SlurmState,
    makeParts: MakeParts,
    phases: Phases,
    parse: (options: string) => Submission,
    operations: readonly TimedOperation[] = [],
    epoch = 0,
    release?: Release,
    clocks?: PassClocks,
    power?: PowerSources,
  ) {
    this.#parse = parse;
    this.#claims = CoreClaims.for(
      state,
      operations.some(({ operation }) => operation.kind === "resume"),
    );
    this.opens = operations.length > 0 || state.config.power.enabled;
    this.controller = new Controller(
      state,
      this,
      makeParts,
      phases,
      operations,
      epoch,
      release,
      clocks,
      power,
    );
  }

  onEvent(event: ClusterEvent, job: number, view: ClusterView): void {
    const { controller } = this;
    controller.at(view.now);
    if (event === "submit") controller.submit(this.#arrival(job, view.jobs));
    else if (event === "end") {
      this.#claims?.give(job);
      const exitCode = this.#killing === undefined ? view.jobs.exitCode(job) : 0;
      controller.ended(job, this.#killing ?? (exitCode === 0 ? "COMPLETED" : "FAILED"), exitCode);
    } else if (event === "cancel") controller.withdrawn(job);
  }

  pass(view: ClusterView, act: ClusterActions): void {
    this.#act = act;
    const { controller } = this;
    controller.at(view.now);
    controller.advance();
    const passing = controller.nextInPassing();
    if (passing !== Number.POSITIVE_INFINITY) act.wake(passing, true);
    const next = controller.next();
    if (next === Number.POSITIVE_INFINITY) return;
    const idle = controller.rest.reached;
    if (next === this.#wakeAt && (idle || !this.#wakeIdle)) return;
    this.#wakeAt = next;
    this.#wakeIdle = idle;
    act.wake(next, idle);
  }

  #arrival(host: number, jobs: JobView): Arrival {
    const estimate = jobs.estimate(host);
    return {
      host,
      name: jobs.id(host),
      submission: this.#submission(host, jobs),
      user: jobs.user(host),
      account: jobs.account(host),
      qos: "",
      partition: jobs.queue(host),
      timeLimit: Number.isFinite(estimate) ? Math.max(1, Math.ceil(estimate / MINUTE)) : undefined,
      group: jobs.group(host),
      member: jobs.member(host),
    };
  }

  #submission(host: number, jobs: JobView): Submission {
    const text = jobs.submission(host);
    const key = text === "" ? jobs.shape(host).id : text;
    let known = this.#submissions.get(key);
    if (known === undefined) {
      known = text === "" ? submissionOf(jobs.shape(host)) : this.#parse(text);
      this.#submissions.set(key, known);
    }
    return known;
  }

  start(job: SlurmJob): void {
    const { node, gpus, memory } = job.allocation!;
    const cpus = this.#claims?.take(job.host, job.allocation!) ?? job.allocation!.cpus;
    const placement = this.#placement;
    placement.clear();
    placement.exact = true;
    for (let i = 0; i < node.length; i++) {
      const mask = gpus[i]!;
      placement.add(node[i]!, bits(mask), cpus[i]!, memory[i]! * MIB, mask);
    }
    if (!this.#act!.start(job.host, placement))
      throw new InvariantError(`job ${job.label} has no room where the controller put it`);
  }

  kill(job: SlurmJob, end: JobEnd): void {
    if (job.configuring) {
      this.#act!.withdraw(
        job.host,
        end === "NODE_FAIL" ? "NodeFail" : end === "CANCELLED" ? job.reason : end,
      );
      return;
    }
    this.#killing = end;
    this.#act!.kill(job.host, OUTCOMES[end]);
    this.#killing = undefined;
  }

  requeue(job: SlurmJob): void {
    this.#claims?.give(job.host);
    this.#act!.preempt(job.host);
  }

  suspend(job: SlurmJob): void {
    this.#claims?.give(job.host);
    this.#act!.suspend(job.host, "Suspended");
  }

  resume(job: SlurmJob): void {
    this.#act!.resume(job.host, this.#claims?.take(job.host, job.allocation!));
  }

  withdraw(host: number, reason: string): void {
    this.#act!.withdraw(host, reason);
  }

  nodeState(node: number, is: NodeState): void {
    this.#act?.nodeState(node, is);
  }

  note(command: string, print: () => readonly string[]): void {
    this.#act!.note(command, print);
  }

  refused(command: string, message: string): void {
    this.#refusals.add(command, message, this.controller.time);
    this.note(command, () => [message]);
  }

  warnings(): readonly PolicyWarning[] {
    return this.#refusals.warnings();
  }

  reason(host: number, reason: string): void {
    this.#act?.hold(host, reason);
  }
}

function bits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}
