import { InputError } from "../../core/errors.js";
import { type Axis, sizeOf, valueAt } from "../sweep/axis.js";
import { gridDesign } from "../sweep/design.js";
import { runSearches, type Search, smallestByHalving, smallestPassingNear } from "./search.js";
import { assignments, costOf, type SearchEnd, type Setting, type Tried } from "./setting.js";

/** All sizes of one combination of the other keys. */
interface Lane {
  readonly set: readonly string[];
  candidate(index: number): { values: readonly string[]; set: readonly string[] };
  /** Smallest size that met the targets so far; -1 for none. */
  best: number;
  cost: number;
  replications: number;
}

/**
 * The cheapest combination of several keys that meets the targets. One of them is the size: a range along which cost
 * grows, and within which halving finds the smallest that does. The combinations of the others compete by successive
 * halving (Jamieson and Talwalkar 2016): all are searched with one replication, the cheaper half with two, and so on, until
 * one is left with all of them. It is then held against those that were given up: of each, the dearest size that would
 * still be cheaper is tried with all replications. So what comes out is the minimum of the whole grid, wherever more of the
 * size never hurts.
 */
export async function cheapest(axes: readonly Axis[], setting: Setting): Promise<SearchEnd> {
  const size = await sizeAxis(axes, setting);
  const lanes = lanesOf(axes, size);
  const n = size === undefined ? 1 : sizeOf(size);
  const race = new Race(n, setting);
  let field = lanes;
  for (const replications of rounds(setting.replications)) {
    await race.run(field, replications);
    if (replications === setting.replications) break;
    field = [...field].sort((a, b) => a.cost - b.cost).slice(0, Math.ceil(field.length / 2));
  }
  const winner = await race.challenge(
    lanes.filter((lane) => !field.includes(lane)),
    field,
  );
  const tried = race.tried();
  const dropped = lanes
    .filter(({ replications }) => replications < setting.replications)
    .map(({ set, replications, best, cost, candidate }) => ({
      set,
      replications,
      size: best < 0 || size === undefined ? undefined : candidate(best).values[axes.indexOf(size)]!,
      cost: best < 0 ? undefined : cost,
    }));
  const answer =
    winner && roomiest(tried.filter(({ met, cost }) => met && (cost ?? Infinity) <= winner.cost));
  return { tried, answer, monotone: race.monotone, dropped };
}

/** Of candidates that cost the same, the one whose tightest target has the most room. */
function roomiest(tried: readonly Tried[]): Tried | undefined {
  const room = ({ standings }: Tried) => Math.min(...standings.map(({ sureMargin }) => sureMargin));
  return [...tried].sort((a, b) => room(b) - room(a))[0];
}

/** Replications of each round: 1, 2, 4 and so on, at last all. */
function rounds(all: number): number[] {
  const doubling = [1, 2, 4, 8, 16, 32, 64].filter((replications) => replications < all);
  return [...doubling, all];
}

/** Searches lanes, and remembers what was tried with all replications. */
class Race {
  monotone = true;
  readonly #n: number;
  readonly #setting: Setting;
  readonly #tried = new Map<string, Tried>();
  readonly #costs = new Map<string, Promise<number | undefined>>();

  constructor(n: number, setting: Setting) {
    this.#n = n;
    this.#setting = setting;
  }

  /** By cost. */
  tried(): Tried[] {
    return [...this.#tried.values()].sort((a, b) => (a.cost ?? Infinity) - (b.cost ?? Infinity));
  }

  /** Finds the smallest size of each lane that meets the targets with so many replications. */
  async run(lanes: readonly Lane[], replications: number): Promise<void> {
    const searches = lanes.map((lane): Search => {
      if (lane.replications === 0) return smallestByHalving(this.#n);
      return smallestPassingNear(this.#n, lane.best < 0 ? this.#n - 1 : lane.best);
    });
    await this.#search(lanes, searches, replications);
  }

  /** The lane that is cheapest after all, when those given up have had their chance below its cost. */
  async challenge(dropped: readonly Lane[], field: readonly Lane[]): Promise<Lane | undefined> {
    let winner = cheapestOf(field);
    const { replications } = this.#setting;
    // Who came closest first: where one of them wins, the others have less to beat.
    for (const lane of [...dropped].sort((a, b) => a.cost - b.cost)) {
      const below = await this.#dearestBelow(lane, winner?.cost ?? Infinity);
      if (below < 0) continue;
      const [met] = await this.#look([{ lane, index: below }], replications);
      if (!met) continue;
      const guess = Math.min(below, Math.max(lane.best, 0));
      await this.#search([lane], [smallestPassingNear(below + 1, guess)], replications);
      winner = cheapestOf([...(winner === undefined ? [] : [winner]), lane]);
    }
    // A curve that falls again would show behind the answer.
    if (winner !== undefined && winner.best + 1 < this.#n) {
      const [met] = await this.#look([{ lane: winner, index: winner.best + 1 }], replications);
      this.monotone &&= met!;
    }
    return winner;
  }

  async #search(lanes: readonly Lane[], searches: readonly Search[], replications: number): Promise<void> {
    const found = await runSearches(searches, (asked) =>
      this.#look(
        asked.map(({ search, index }) => ({ lane: lanes[search]!, index })),
        replications,
      ),
    );
    for (const [i, lane] of lanes.entries()) {
      const { index, monotone } = found[i]!;
      if (replications === this.#setting.replications) this.monotone &&= monotone;
      lane.best = index;
      lane.cost = index < 0 ? Infinity : ((await this.#costOf(lane, index)) ?? Infinity);
      lane.replications = replications;
    }
  }

  async #look(asked: readonly { lane: Lane; index: number }[], replications: number): Promise<boolean[]> {
    const candidates = asked.map(({ lane, index }) => lane.candidate(index));
    const trials = await this.#setting.trials.look(
      candidates.map(({ set }) => set),
      replications,
    );
    if (replications === this.#setting.replications)
      for (const [i, trial] of trials.entries()) {
        const cost = await this.#costOf(asked[i]!.lane, asked[i]!.index);
        const { values, set } = candidates[i]!;
        this.#tried.set(set.join(), { ...trial, values, ...(cost === undefined ? {} : { cost }) });
      }
    return trials.map(({ met }) => met);
  }

  /** The largest index of a lane that costs less; -1 for none. Cost grows with the size. */
  async #dearestBelow(lane: Lane, cost: number): Promise<number> {
    let below = -1;
    let above = this.#n;
    while (above - below > 1) {
      const middle = (below + above) >> 1;
      const there = (await this.#costOf(lane, middle)) ?? Infinity;
      if (there < cost) below = middle;
      else above = middle;
    }
    return below;
  }

  #costOf(lane: Lane, index: number): Promise<number | undefined> {
    const { set } = lane.candidate(index);
    const name = set.join();
    const known = this.#costs.get(name) ?? costOf(set, this.#setting);
    this.#costs.set(name, known);
    return known;
  }
}

function cheapestOf(lanes: readonly Lane[]): Lane | undefined {
  const [first, ...others] = lanes.filter(({ best }) => best >= 0);
  return first && others.reduce((least, lane) => (lane.cost < least.cost ? lane : least), first);
}

/**
 * The first range along which cost grows.
 *
 * @throws InputError `plan/no-price`, and `plan/no-cost` when all candidates cost the same
 */
async function sizeAxis(axes: readonly Axis[], { tasks, costs }: Setting): Promise<Axis | undefined> {
  const { scenario } = await tasks.load();
  const priced = async (pick: (axis: Axis) => string) => {
    const set = assignments(axes, axes.map(pick));
    return costs.of(await tasks.load({ set, seed: scenario.seed }));
  };
  const first = await priced((axis) => valueAt(axis, 0));
  let differs = false;
  let size: Axis | undefined;
  for (const moved of axes)
    for (let i = 1; i < sizeOf(moved); i++) {
      const last = !("values" in moved) && i < sizeOf(moved) - 1 ? -1 : i;
      if (last < 0) continue;
      const cost = await priced((axis) => valueAt(axis, axis === moved ? last : 0));
      differs ||= cost !== first;
      if (!("values" in moved) && cost > first) size ??= moved;
    }
  if (differs) return size;
  throw new InputError({
    code: "plan/no-cost",
    message: `nothing that is searched changes what ${scenario.name} costs`,
    hint: "add a key that does, such as the number of nodes or replicas; which setting takes the most load tells --largest load=1..8:0.1",
  });
}

/** The first round alone takes a handful of runs for each. */
const MOST_LANES = 2000;

function lanesOf(axes: readonly Axis[], size: Axis | undefined): Lane[] {
  const others = axes.filter((axis) => axis !== size);
  const design = gridDesign(others);
  if (design.size > MOST_LANES)
    throw new InputError({
      code: "plan/too-many",
      message: `${others.map(({ key }) => key).join(" and ")} have ${design.size} combinations, each of which is searched at least once`,
      hint: `take larger steps, for ${MOST_LANES} at most; sweep --sample latin:500 tells which of them matter`,
    });
  return Array.from({ length: design.size }, (_, i) => {
    const chosen = design.combination(i);
    const candidate = (index: number) => {
      const values = axes.map((axis) =>
        axis === size ? valueAt(axis, index) : chosen[others.indexOf(axis)]!,
      );
      return { values, set: assignments(axes, values) };
    };
    return { set: assignments(others, chosen), candidate, best: -1, cost: Infinity, replications: 0 };
  });
}
