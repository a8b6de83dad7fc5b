import { InvariantError } from "./errors.js";

/** A handle to a scheduled event, good for cancelling it once; never 0, and never given out twice. */
export type EventHandle = number;

// An event is a record of eight 32-bit words, addressed by the index of its first. Its time is a double across two.
const NEXT = 0;
const PREVIOUS = 1;
const PHASE = 4;
const HANDLER = 5;
const ARG = 6;
const GENERATION = 7;
const SHIFT = 3;
const LOW = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 2 : 3;
const HIGH = 5 - LOW;
const NONE = -1;

const DIGIT_BITS = 6;
const DIGITS = 1 << DIGIT_BITS;
const LEVELS_PER_WORD = Math.ceil(32 / DIGIT_BITS);
const BUCKETS = (1 + 2 * LEVELS_PER_WORD) * DIGITS;
/** The level of the highest differing digit, by the count of leading zeros of what differs. */
const LEVEL = Int32Array.from({ length: 32 }, (_, zeros) => Math.floor((31 - zeros) / DIGIT_BITS));

/** A handle is generation × MOST_EVENTS + number of the record. */
const MOST_EVENTS = 1 << 26;
const LAST_GENERATION = (1 << 27) - 1;

/**
 * Events ordered by (time, phase, insertion).
 *
 * Time never goes back: nothing may be pushed before the time of the last event popped, which is `now` below. That
 * makes it a monotone radix heap (Ahuja, Mehlhorn, Orlin, Tarjan 1990) and spares all comparisons. The bits of a
 * non-negative double order like the double, so an event's bucket is found from the highest base-64 digit in which its
 * time differs from `now`: the digit's place and its value. Events of the present instant lie in buckets by phase.
 * A pop takes the least event of the lowest bucket, and the bucket's others move to lower ones, which are empty; so
 * events of equal time always share a bucket and keep their order in it. Peeking moves nothing, since something may
 * still be pushed before the event that was seen.
 *
 * Buckets are doubly linked lists of records, which are recycled. Push and cancel cost O(1); a pop moves each event at
 * most once a digit, in practice two to four times in its life. Only when the least event of the lowest bucket is
 * cancelled must the next peek look through that bucket. `bench/hold.bench.js` measures it.
 */
export class EventQueue {
  /** The event popped last. */
  time = 0;
  phase = 0;
  handler = 0;
  arg = 0;

  #size = 0;
  #nowLow = 0;
  #nowHigh = 0;

  #times = new Float64Array(64);
  #words = new Int32Array(this.#times.buffer);
  #used = 0;
  #free = NONE;

  readonly #head = new Int32Array(BUCKETS).fill(NONE);
  readonly #tail = new Int32Array(BUCKETS).fill(NONE);
  /** Each bucket's least event and its time; NONE and -1 while unknown, which no push can undercut. */
  readonly #least = new Int32Array(BUCKETS).fill(NONE);
  readonly #leastTime = new Float64Array(BUCKETS);
  /** Which of 32 buckets hold events, and which groups of 32 have such a bucket. */
  readonly #filled = new Int32Array(BUCKETS / 32);
  #filledGroups = 0;

  get size(): number {
    return this.#size;
  }

  /** `time` from now on, `phase` below 64, `handler` and `arg` whole numbers of 32 bits. */
  push(time: number, phase: number, handler: number, arg: number): EventHandle {
    if (!(time >= this.time) || (arg | 0) !== arg) refuse(time, arg, this.time);
    let event = this.#free;
    if (event === NONE) event = this.#grow();
    else this.#free = this.#words[event + NEXT]!;
    const words = this.#words;
    words[event + NEXT] = NONE;
    // Adding zero turns -0, whose sign bit would order it last, into 0.
    this.#times[(event + 2) >> 1] = time + 0;
    words[event + PHASE] = phase;
    words[event + HANDLER] = handler;
    words[event + ARG] = arg;
    this.#file(event);
    this.#size++;
    return words[event + GENERATION]! * MOST_EVENTS + (event >> SHIFT);
  }

  /** Takes an event out; false when it has been popped or cancelled already. */
  cancel(handle: EventHandle): boolean {
    const record = handle & (MOST_EVENTS - 1);
    const event = record << SHIFT;
    const words = this.#words;
    if (handle < MOST_EVENTS || words[event + GENERATION]! * MOST_EVENTS + record !== handle) return false;
    this.#unlink(event, bucketOf(words, event, this.#nowHigh, this.#nowLow));
    this.#recycle(event);
    return true;
  }

  /** Time of the next event; Infinity when there is none. */
  peekTime(): number {
    const bucket = this.#lowest();
    return bucket === NONE ? Number.POSITIVE_INFINITY : this.#leastTime[bucket]!;
  }

  /** Phase of the next event; only meaningful when peekTime() is finite. */
  peekPhase(): number {
    const bucket = this.#lowest();
    return bucket === NONE ? 0 : this.#words[this.#least[bucket]! + PHASE]!;
  }

  /** Moves the next event into the fields above; false when there is none. */
  pop(): boolean {
    const bucket = this.#lowest();
    if (bucket === NONE) return false;
    const words = this.#words;
    const event = this.#least[bucket]!;
    if (bucket < DIGITS) this.#unlink(event, bucket);
    else {
      this.time = this.#leastTime[bucket]!;
      this.#nowHigh = words[event + HIGH]!;
      this.#nowLow = words[event + LOW]!;
      const next = words[event + NEXT]!;
      const previous = words[event + PREVIOUS]!;
      let rest = this.#head[bucket]!;
      if (previous === NONE) rest = next;
      else words[previous + NEXT] = next;
      this.#empty(bucket);
      if (rest !== NONE) this.#file(rest);
    }
    this.phase = words[event + PHASE]!;
    this.handler = words[event + HANDLER]!;
    this.arg = words[event + ARG]!;
    this.#recycle(event);
    return true;
  }

  /** The lowest bucket with an event, its least one known; NONE when all are empty. */
  #lowest(): number {
    const groups = this.#filledGroups;
    if (groups === 0) return NONE;
    const group = lowestBit(groups);
    const bucket = group * 32 + lowestBit(this.#filled[group]!);
    if (this.#least[bucket] === NONE) this.#findLeast(bucket);
    return bucket;
  }

  #findLeast(bucket: number): void {
    const words = this.#words;
    let least = NONE;
    let leastTime = Number.POSITIVE_INFINITY;
    for (let event = this.#head[bucket]!; event !== NONE; event = words[event + NEXT]!) {
      const time = this.#times[(event + 2) >> 1]!;
      if (
        least === NONE ||
        time < leastTime ||
        (time === leastTime && words[event + PHASE]! < words[least + PHASE]!)
      ) {
        least = event;
        leastTime = time;
      }
    }
    this.#least[bucket] = least;
    this.#leastTime[bucket] = leastTime;
  }

  /** Appends a chain of events, linked by NEXT, to the buckets where each belongs as of now. */
  #file(chain: number): void {
    const words = this.#words;
    const times = this.#times;
    const tails = this.#tail;
    const leasts = this.#least;
    const leastTimes = this.#leastTime;
    const nowHigh = this.#nowHigh;
    const nowLow = this.#nowLow;
    let event = chain;
    do {
      const following = words[event + NEXT]!;
      const bucket = bucketOf(words, event, nowHigh, nowLow);
      const time = times[(event + 2) >> 1]!;
      const tail = tails[bucket]!;
      words[event + NEXT] = NONE;
      words[event + PREVIOUS] = tail;
      tails[bucket] = event;
      if (tail === NONE) {
        this.#head[bucket] = event;
        leasts[bucket] = event;
        leastTimes[bucket] = time;
        this.#filled[bucket >> 5]! |= 1 << (bucket & 31);
        this.#filledGroups |= 1 << (bucket >> 5);
      } else {
        words[tail + NEXT] = event;
        const least = leastTimes[bucket]!;
        if (time < least || (time === least && words[event + PHASE]! < words[leasts[bucket]! + PHASE]!)) {
          leasts[bucket] = event;
          leastTimes[bucket] = time;
        }
      }
      event = following;
    } while (event !== NONE);
  }

  #unlink(event: number, bucket: number): void {
    const words = this.#words;
    const next = words[event + NEXT]!;
    const previous = words[event + PREVIOUS]!;
    if (previous !== NONE) words[previous + NEXT] = next;
    else this.#head[bucket] = next;
    if (next !== NONE) words[next + PREVIOUS] = previous;
    else this.#tail[bucket] = previous;
    if (next === NONE && previous === NONE) this.#empty(bucket);
    else if (this.#least[bucket] === event) this.#replaceLeast(bucket, event, next);
  }

  /** The least event leaves: an equal one right behind it is the next, else it is unknown until somebody asks. */
  #replaceLeast(bucket: number, event: number, next: number): void {
    const equal =
      next !== NONE &&
      this.#times[(next + 2) >> 1] === this.#leastTime[bucket] &&
      this.#words[next + PHASE] === this.#words[event + PHASE];
    this.#least[bucket] = equal ? next : NONE;
    if (!equal) this.#leastTime[bucket] = -1;
  }

  #empty(bucket: number): void {
    this.#tail[bucket] = NONE;
    const group = bucket >> 5;
    this.#filled[group]! &= ~(1 << (bucket & 31));
    if (this.#filled[group] === 0) this.#filledGroups &= ~(1 << group);
  }

  /** A record that was never used. */
  #grow(): number {
    const event = this.#used << SHIFT;
    if (this.#used === MOST_EVENTS)
      throw new InvariantError(`more than ${MOST_EVENTS} events are waiting at once`);
    if (event === this.#words.length) {
      const times = new Float64Array(this.#times.length * 2);
      times.set(this.#times);
      this.#times = times;
      this.#words = new Int32Array(times.buffer);
    }
    this.#used++;
    this.#words[event + GENERATION] = 1;
    return event;
  }

  /** Makes the handle stale and the record free; one whose generations are used up is left alone for good. */
  #recycle(event: number): void {
    const words = this.#words;
    this.#size--;
    if (++words[event + GENERATION]! > LAST_GENERATION) return;
    words[event + NEXT] = this.#free;
    this.#free = event;
  }
}

function refuse(time: number, arg: number, now: number): never {
  throw new InvariantError(
    time >= now
      ? `an event's argument must be a 32-bit integer, not ${arg}`
      : `an event at ${time} µs is asked for at ${now} µs`,
  );
}

function bucketOf(words: Int32Array, event: number, nowHigh: number, nowLow: number): number {
  let word = words[event + HIGH]!;
  let differs = word ^ nowHigh;
  let base = 1 + LEVELS_PER_WORD;
  if (differs === 0) {
    word = words[event + LOW]!;
    differs = word ^ nowLow;
    if (differs === 0) return words[event + PHASE]!;
    base = 1;
  }
  const level = LEVEL[Math.clz32(differs)]!;
  return (base + level) * DIGITS + ((word >>> (level * DIGIT_BITS)) & (DIGITS - 1));
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
