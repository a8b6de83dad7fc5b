import { FifoQueue, type RequestQueue } from "../request-queue.js";
import type { RequestTable } from "../request-table.js";

/** What a tenant's virtual counter is made of. Tokens are counted apart so that no order of adding them matters. */
class Tenant {
  readonly queue: FifoQueue;
  /** Where the counter stood when it was last lifted. */
  base = 0;
  /** Tokens since then. */
  input = 0;
  output = 0;
  /** Requests of the batch that is to decode. */
  decoding = 0;

  constructor(
    requests: RequestTable,
    readonly weight: number,
  ) {
    this.queue = new FifoQueue(requests);
  }
}

export interface VtcPrices {
  input: number;
  output: number;
}

/**
 * A queue for each tenant, the one with the least service first (`VTCReqQueue` of Ying1123/VTC-artifact 14c19b70). A tenant
 * that comes back after having waited for nothing is lifted to the least counter among those who wait: idleness earns no
 * credit.
 */
export class VtcQueue implements RequestQueue {
  length = 0;
  /** By tenant number. */
  readonly #tenants = new Map<number, Tenant>();
  /** In the order in which they were first seen, which settles ties. */
  readonly #seen: Tenant[] = [];

  constructor(
    readonly requests: RequestTable,
    readonly prices: VtcPrices,
    readonly weightOf: (tenant: string) => number,
  ) {}

  peek(): number {
    return this.#least()?.queue.first ?? -1;
  }

  pop(): number {
    this.length--;
    return this.#least()!.queue.pop();
  }

  push(request: number): void {
    const tenant = this.#of(request);
    if (tenant.queue.length === 0) this.#lift(tenant);
    tenant.queue.push(request);
    this.length++;
  }

  pushFront(request: number): void {
    const tenant = this.#of(request);
    if (tenant.queue.length === 0) this.#lift(tenant);
    tenant.queue.pushFront(request);
    this.length++;
  }

  remove(request: number): void {
    this.#of(request).queue.remove(request);
    this.length--;
  }

  list(): number[] {
    return this.#seen
      .filter(({ queue }) => queue.length > 0)
      .sort((a, b) => this.#served(a) - this.#served(b))
      .flatMap(({ queue }) => queue.list());
  }

  chargeInput(request: number): void {
    this.#of(request).input += this.requests.input[request]!;
  }

  chargeOutput(request: number, tokens: number): void {
    this.#of(request).output += tokens;
  }

  /** The tenant's counter: priced tokens by its weight. */
  servedOf(request: number): number {
    return this.#served(this.#of(request));
  }

  /**
   * Who else may come to the head while the `count` running requests decode.
   *
   * @param visit with the first request of a waiting tenant, and in how many passes at the soonest it is the head
   */
  heads(running: Int32Array, count: number, visit: (request: number, soonest: number) => void): void {
    for (const tenant of this.#seen) tenant.decoding = 0;
    for (let i = 0; i < count; i++) this.#of(running[i]!).decoding++;
    const head = this.#least()!;
    const pace = ({ decoding, weight }: Tenant) => (decoding * this.prices.output) / weight;
    for (const tenant of this.#seen) {
      if (tenant.queue.length === 0) continue;
      const behind = this.#served(tenant) - this.#served(head);
      const gain = pace(head) - pace(tenant);
      if (tenant === head) visit(tenant.queue.first, 1);
      // One pass sooner than the quotient says, for what rounding may do to it.
      else if (gain > 0) visit(tenant.queue.first, Math.max(1, Math.floor(behind / gain) - 1));
      else if (behind === 0) visit(tenant.queue.first, 1);
    }
  }

  #served({ base, input, output, weight }: Tenant): number {
    return base + (input * this.prices.input + output * this.prices.output) / weight;
  }

  #least(): Tenant | undefined {
    let least: Tenant | undefined;
    let served = Number.POSITIVE_INFINITY;
    for (const tenant of this.#seen) {
      if (tenant.queue.length === 0) continue;
      const value = this.#served(tenant);
      if (value >= served) continue;
      least = tenant;
      served = value;
    }
    return least;
  }

  #lift(tenant: Tenant): void {
    const least = this.#least();
    if (least === undefined || this.#served(least) <= this.#served(tenant)) return;
    tenant.base = this.#served(least);
    tenant.input = 0;
    tenant.output = 0;
  }

  #of(request: number): Tenant {
    const number = this.requests.tenantId(request);
    let tenant = this.#tenants.get(number);
    if (tenant === undefined) {
      tenant = new Tenant(this.requests, number < 0 ? 1 : this.weightOf(this.requests.tenant(request)));
      this.#tenants.set(number, tenant);
      this.#seen.push(tenant);
    }
    return tenant;
  }
}
