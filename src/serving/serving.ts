import type { Names } from "../core/names.js";
import type { Random } from "../core/random.js";
import type { Simulation } from "../core/simulation.js";
import type { Leases } from "../fleet/lease.js";
import type { Shapes } from "../fleet/shape.js";
import type { Journal } from "../journal/journal.js";
import type { RequestNames } from "../workload/stream.js";
import type { Replica, ReplicaEvents } from "./replica.js";
import { RequestTable } from "./request-table.js";
import { Service } from "./service.js";
import type { ServiceConfig } from "./service-config.js";

export interface ServingSetup {
  simulation: Simulation;
  /** Its listeners must be there already: what nobody listens to is not found out. */
  journal: Journal;
  leases: Leases;
  shapes: Shapes;
  random: Random;
  /** Words for why work waits, shared with the cluster. */
  reasons: Names;
  /** Ids and tenants as the request streams intern them. */
  names: RequestNames;
  /**
   * Take every pass by itself instead of leaping over equal ones. The results are the same; leaping tells the journal of
   * the passes of one engine together, so that what two engines say is not in order of time.
   */
  stepping?: boolean;
}

/** All services of a run. */
export class Serving {
  readonly simulation: Simulation;
  readonly journal: Journal;
  readonly leases: Leases;
  readonly shapes: Shapes;
  readonly random: Random;
  readonly reasons: Names;
  /** What the journal's readers may ask about requests. */
  readonly requests: RequestTable;
  readonly services: Service[] = [];
  /** Of all services, by the number that the journal gives them. */
  readonly replicas: Replica[] = [];
  readonly replicaEvents: ReplicaEvents;
  readonly stepping: boolean;

  constructor({
    simulation,
    journal,
    leases,
    shapes,
    random,
    reasons,
    names,
    stepping = false,
  }: ServingSetup) {
    this.stepping = stepping;
    this.simulation = simulation;
    this.journal = journal;
    this.leases = leases;
    this.shapes = shapes;
    this.random = random;
    this.reasons = reasons;
    this.requests = new RequestTable(names);
    this.replicaEvents = {
      pass: simulation.handler((replica) => this.replicas[replica]!.pass()),
      passEnd: simulation.handler((replica) => this.replicas[replica]!.passEnd()),
      wake: simulation.handler((replica) => this.replicas[replica]!.wake()),
    };
  }

  /**
   * Adds a service; its requests arrive by themselves once the simulation runs.
   *
   * @throws InputError when its configuration cannot be run
   */
  add(config: ServiceConfig): Service {
    const service = new Service(this, this.services.length, config);
    this.services.push(service);
    return service;
  }

  /** Asks for the GPUs of all replicas; to be called once, after the journal's `runStart`. */
  start(): void {
    for (const service of this.services) service.start();
  }

  /** Tells the journal of what engines have leapt over so far; to be called when the run stops, before `runEnd`. */
  settle(): void {
    for (const replica of this.replicas) replica.settle();
  }
}
