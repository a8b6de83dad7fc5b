import { Phase } from "../core/simulation.js";
import type { LeaseHolder } from "../fleet/lease.js";
import type { Shape } from "../fleet/shape.js";
import type { ServiceFacts } from "../journal/facts.js";
import { ReplicaState, RequestOutcome } from "../journal/journal.js";
import type { RequestBatch } from "../workload/batch.js";
import { RequestArrivals } from "./arrivals.js";
import { Engine, type EngineEvents } from "./engine.js";
import { type EnginePlan, planEngine } from "./engine-plan.js";
import { KvCache } from "./kv/kv-cache.js";
import { OffloadTiers } from "./kv/offload-tiers.js";
import { SwapSpace } from "./kv/swap-space.js";
import { refusal } from "./refusal.js";
import { Replica } from "./replica.js";
import { FifoQueue } from "./request-queue.js";
import type { Router, RouterView } from "./router.js";
import type { ServiceConfig } from "./service-config.js";
import type { Serving } from "./serving.js";
import { WaitReasons } from "./wait-reasons.js";

/** A model served under one name: requests arrive at its router and are served by its replicas. */
export class Service implements LeaseHolder, RouterView {
  readonly facts: ServiceFacts;
  readonly plan: EnginePlan;
  readonly replicas: Replica[] = [];
  readonly ready: number[] = [];
  readonly outstanding: Int32Array;
  /** Requests that arrive while no replica serves. */
  readonly unrouted: FifoQueue;
  /** Refused requests by reason. */
  readonly refused = new Map<string, number>();

  readonly #router: Router;
  /** What one replica asks of the fleet. */
  readonly shape: Shape;
  readonly #startup: number;
  readonly #byLease = new Map<number, Replica>();
  readonly #reasons: WaitReasons;
  readonly #dispatchEvent: number;
  readonly #startedEvent: number;
  #dispatchPending = false;

  /** @throws InputError when the configuration cannot be run */
  constructor(
    readonly serving: Serving,
    /** Number of the service in the run. */
    readonly number: number,
    readonly config: ServiceConfig,
  ) {
    const { simulation, shapes, random, requests, journal, reasons } = serving;
    const { gpu, anyGpu = false } = config;
    this.plan = planEngine(config);
    const gpus = this.plan.tensorParallel;
    this.facts = { name: config.name, model: config.model.name, gpusPerReplica: gpus, slo: config.slo ?? {} };
    this.shape = shapes.packed(gpus, config.gpusPerNode ?? gpu.gpusPerNode, anyGpu ? undefined : gpu.name);
    this.#startup = config.startup ?? 0;
    this.#router = config.router.create(config.routerOptions ?? {}, (name) =>
      random(`${config.name}/${name}`),
    );
    this.#reasons = new WaitReasons(requests, journal, simulation, reasons);
    this.outstanding = new Int32Array(config.replicas);
    this.unrouted = new FifoQueue(requests);
    this.#dispatchEvent = simulation.handler(() => this.#dispatch());
    this.#startedEvent = simulation.handler((index) => this.#started(this.replicas[index]!));
    for (let index = 0; index < config.replicas; index++) this.replicas.push(this.#createReplica(index));
    for (const stream of config.requests)
      simulation.arrivals(new RequestArrivals(stream, (batch, row) => this.#arrive(batch, row)));
  }

  get now(): number {
    return this.serving.simulation.now;
  }

  get requests() {
    return this.serving.requests;
  }

  /** Asks for the replicas' GPUs. */
  start(): void {
    for (const replica of this.replicas) {
      this.#enter(replica, ReplicaState.Pending);
      const name = `${this.config.name}/${replica.index}`;
      replica.lease = this.serving.leases.request(
        this.shape,
        name,
        this.config.tenant ?? this.config.name,
        this,
      );
      this.#byLease.set(replica.lease, replica);
    }
  }

  granted(lease: number): void {
    const replica = this.#byLease.get(lease)!;
    this.#enter(replica, ReplicaState.Starting);
    if (this.#startup === 0) this.#started(replica);
    else
      replica.startEvent = this.serving.simulation.at(
        this.now + this.#startup,
        Phase.Timer,
        this.#startedEvent,
        replica.index,
      );
  }

  /** Its requests go back to the router, in the order in which the replica had them; they compute everything again. */
  revoked(lease: number): void {
    const replica = this.#byLease.get(lease)!;
    if (replica.startEvent >= 0) this.serving.simulation.cancel(replica.startEvent);
    replica.startEvent = -1;
    const at = this.ready.indexOf(replica.index);
    if (at >= 0) this.ready.splice(at, 1);
    this.#enter(replica, ReplicaState.Pending);
    const lost = replica.evacuate();
    this.outstanding[replica.index] = 0;
    for (const request of lost.reverse()) {
      this.unrouted.pushFront(request);
      if (this.ready.length === 0) this.#reasons.noReplica(request);
    }
    this.#askForDispatch();
  }

  #started(replica: Replica): void {
    replica.startEvent = -1;
    this.#enter(replica, ReplicaState.Ready);
    this.ready.push(replica.index);
    this.ready.sort((a, b) => a - b);
    this.#askForDispatch();
  }

  #enter(replica: Replica, state: ReplicaState): void {
    replica.state = state;
    this.serving.journal.replicaState(this.now, this.number, replica.number, state);
  }

  #arrive(batch: RequestBatch, row: number): void {
    const { requests, journal } = this.serving;
    const { ttft = Number.POSITIVE_INFINITY, e2e = Number.POSITIVE_INFINITY } = this.facts.slo;
    const outputTokens = batch.outputTokens[row]!;
    const own = { ttft: batch.ttftSlo[row]!, e2e: batch.e2eSlo[row]! };
    const request = requests.add({
      id: batch.id[row]!,
      service: this.number,
      tenant: batch.tenant[row]!,
      arrival: this.now,
      inputTokens: batch.inputTokens[row]!,
      outputTokens,
      maxTokens: Math.max(outputTokens, this.config.maxTokens ?? 0),
      priority: batch.priority[row]!,
      ttftSlo: Number.isFinite(own.ttft) ? own.ttft : ttft,
      e2eSlo: Number.isFinite(own.e2e) ? own.e2e : e2e,
    });
    requests.setContent(request, batch, row);
    journal.requestArrive(this.now, request);
    const { limits } = this.plan;
    const scheduler = this.replicas[0]!.scheduler;
    const why = scheduler.refuses
      ? scheduler.refuses(requests, request, limits)
      : refusal(requests, request, limits);
    if (why !== undefined) {
      this.refused.set(why, (this.refused.get(why) ?? 0) + 1);
      journal.requestEnd(this.now, request, RequestOutcome.Rejected);
      requests.remove(request);
    } else if (this.ready.length > 0) this.#route(request);
    else {
      this.unrouted.push(request);
      this.#reasons.noReplica(request);
    }
  }

  #route(request: number): void {
    const index = this.#router.pick(request, this);
    const replica = this.replicas[index]!;
    this.outstanding[index]!++;
    this.serving.journal.route(this.now, request, replica.number);
    replica.add(request);
  }

  /** Replicas that become ready at one instant share what waits. */
  #askForDispatch(): void {
    if (this.#dispatchPending || this.unrouted.length === 0) return;
    this.#dispatchPending = true;
    this.serving.simulation.at(this.now, Phase.Pass, this.#dispatchEvent);
  }

  #dispatch(): void {
    this.#dispatchPending = false;
    while (this.unrouted.length > 0 && this.ready.length > 0) this.#route(this.unrouted.pop());
  }

  #createReplica(index: number): Replica {
    const { serving, plan, config } = this;
    const { requests, simulation, journal, reasons } = serving;
    const scheduler = plan.createScheduler(serving.random(`${config.name}/replica-${index}`));
    const { limits } = plan;
    const offload = plan.offload && new OffloadTiers(plan.offload.host, plan.offload.disk);
    const swap = plan.swap && new SwapSpace(plan.swap.blocks, plan.swap.blockTime);
    const memory =
      scheduler.createMemory?.(requests, limits) ??
      new KvCache(requests, plan.blocks, limits.blockSize, plan.prefixCaching, undefined, swap, offload);
    const waiting = scheduler.createQueue?.(requests) ?? new FifoQueue(requests);
    const number = serving.replicas.length;
    const why = new WaitReasons(requests, journal, simulation, reasons, number);
    const hear = this.#hear(index, why);
    const engine = new Engine(requests, waiting, memory, limits.maxModelLen, reasons, hear);
    const replica = new Replica(
      number,
      index,
      engine,
      scheduler,
      plan.timeModel,
      why,
      simulation,
      journal,
      serving.replicaEvents,
      serving.stepping,
    );
    serving.replicas.push(replica);
    return replica;
  }

  /** Passes on to the journal what happens inside the engine of a replica. */
  #hear(index: number, why: WaitReasons): EngineEvents {
    const { journal, requests } = this.serving;
    return {
      found(time, request, gpu, host, disk) {
        journal.prefixHit(time, request, gpu, host, disk);
      },
      waits(_time, request, reason) {
        why.give(request, reason);
      },
      scheduled(time, request) {
        why.clear(request);
        journal.requestSchedule(time, request);
      },
      preempted(time, request, reason) {
        journal.requestPreempt(time, request);
        why.preempted(request, reason);
      },
      generated(time, request) {
        journal.tokens(time, request, 1);
      },
      decoded(requests, count, times, rounds) {
        journal.decode(requests, count, times, rounds);
      },
      ended: (time, request, outcome) => {
        this.outstanding[index]!--;
        journal.requestEnd(time, request, outcome);
        requests.remove(request);
      },
    };
  }
}
