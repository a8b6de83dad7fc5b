import { createHash } from "node:crypto";
import { canonicalJson } from "../../core/canonical.js";
import { InputError } from "../../core/errors.js";
import { createRandom, type Random } from "../../core/random.js";
import type { Batch } from "../batch.js";
import type { Observer } from "../facts.js";
import { type Producer, prepareRows } from "../rows.js";
import type { Rows } from "../stream.js";
import { Tally } from "../tally.js";
import { arrivalTimes } from "./arrivals.js";
import type { Sampler } from "./distribution.js";
import type { JobRecipe, RequestRecipe } from "./recipe.js";

/** Rows that are cheaper to draw again than to keep: past this much memory (bytes) they are. */
const KEPT_BYTES = 32 * 2 ** 20;

export interface GenerateOptions {
  /** Prefix of the names of the streams that are drawn from, such as `jobs/0`. */
  name: string;
  random: Random;
  /** Memory for kept rows, bytes. */
  budget?: number;
}

/** Writes the columns of the row at `batch.length`, except its time and id. */
export interface RowMaker<B> {
  (batch: B): void;
  /** When rows come, if not just as the recipe's `arrivals` say. */
  arrivals?: (first: Sampler) => Sampler;
}

/**
 * Draws the recipe once, and makes its rows ready for replay.
 *
 * One draw of the run's stream `name` seeds a family of streams of its own, one for each quantity (`arrivals`, `run`, …). So
 * a replay can start again at the first row, and changing one quantity shifts no other.
 */
export function generateRows<B extends Batch & { readonly id: Float64Array }>(
  recipe: JobRecipe | RequestRecipe,
  options: GenerateOptions,
  create: (capacity?: number) => B,
  rowBytes: number,
  observe: Observer<B>,
  maker: (random: Random) => RowMaker<B>,
): Promise<Rows<B>> {
  const { count = Number.POSITIVE_INFINITY, until = Number.POSITIVE_INFINITY, resolution = 1 } = recipe;
  const stands = "interval" in recipe.arrivals && recipe.arrivals.interval <= 0;
  if (count === Number.POSITIVE_INFINITY && (until === Number.POSITIVE_INFINITY || stands))
    throw new InputError({
      code: "generate/unbounded",
      message: `the recipe ${options.name} never ends`,
      hint: "give it a count or an until",
    });
  const content = "inputTokens" in recipe && (recipe.prefixes ?? recipe.sessions) !== undefined;
  const urgency = "inputTokens" in recipe && (recipe.priority ?? recipe.slo) !== undefined;
  const seed = String(options.random(options.name)());
  const hash = createHash("sha256").update(canonicalJson({ recipe, seed })).digest("hex");
  const start = (first: boolean): Producer<B> => {
    const random = createRandom(seed);
    const arrival = arrivalTimes(recipe.arrivals, random("arrivals"));
    const make = maker(random);
    return new Generator(
      make.arrivals?.(arrival) ?? arrival,
      make,
      { count, until, resolution, hash },
      first ? observe : () => {},
    );
  };
  return prepareRows<B>({
    origin: {
      name: "generated",
      format: "generated",
      hash,
      ...(content ? { content } : {}),
      ...(urgency ? { urgency } : {}),
    },
    create,
    rowBytes,
    budget: options.budget ?? KEPT_BYTES,
    start,
    timeOrigin: "zero",
    speedup: 1,
  });
}

class Generator<B extends Batch & { readonly id: Float64Array }> implements Producer<B> {
  readonly tally = new Tally("generated");
  readonly #arrival: Sampler;
  readonly #make: RowMaker<B>;
  readonly #bounds: { count: number; until: number; resolution: number; hash: string };
  readonly #observe: Observer<B>;

  constructor(
    arrival: Sampler,
    make: RowMaker<B>,
    bounds: { count: number; until: number; resolution: number; hash: string },
    observe: Observer<B>,
  ) {
    this.#arrival = arrival;
    this.#make = make;
    this.#bounds = bounds;
    this.#observe = observe;
  }

  async fill(batch: B): Promise<boolean> {
    const { count, until, resolution } = this.#bounds;
    const { tally } = this;
    batch.length = 0;
    while (batch.length < batch.capacity && tally.rows < count) {
      const time = Math.round(this.#arrival() / resolution) * resolution;
      if (time >= until) {
        this.#bounds.count = tally.rows;
        break;
      }
      const row = batch.length;
      tally.rows++;
      tally.emitted++;
      batch.id[row] = tally.rows;
      batch.time[row] = time;
      this.#make(batch);
      this.#observe(batch, row, tally.rows);
      batch.length++;
    }
    return batch.length > 0;
  }

  hash(): string {
    return this.#bounds.hash;
  }

  async close(): Promise<void> {}
}
