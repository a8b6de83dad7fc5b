import type { Problem } from "../../../core/errors.js";
import { closest } from "../../../core/suggest.js";
import type { Setting } from "./place.js";
import { parseSlurmMinutes, parseSlurmTime } from "./time.js";

/** Bounds of a number; `unlimited` admits UNLIMITED, INFINITE and -1. */
export interface Range {
  least?: number;
  most?: number;
  unlimited?: boolean;
}

/**
 * The settings of one thing (the cluster, a node line, a partition) by name, whatever the case, with typed readings. A
 * wrong value is reported where it stands and read as absent, so that one mistake does not hide the others.
 */
export class Section {
  readonly problems: Problem[];
  readonly #settings = new Map<string, Setting>();
  readonly #below: Section | undefined;

  /** @param below answers for what is not set here: a DEFAULT line. */
  constructor(problems: Problem[], settings: Iterable<Setting> = [], below?: Section) {
    this.problems = problems;
    this.#below = below;
    for (const setting of settings) this.set(setting);
  }

  set(setting: Setting): void {
    this.#settings.set(setting.key.toLowerCase(), setting);
  }

  get(name: string): Setting | undefined {
    return this.#settings.get(name.toLowerCase()) ?? this.#below?.get(name);
  }

  /** As `get`, without what a DEFAULT line says. */
  own(name: string): Setting | undefined {
    return this.#settings.get(name.toLowerCase());
  }

  [Symbol.iterator](): Iterator<Setting> {
    return this.#settings.values();
  }

  /** Reports a value, or the part of it that starts at `from`. */
  wrong(setting: Setting, message: string, hint?: string, part?: string, from?: number): void {
    this.problems.push({
      code: "slurm/wrong-value",
      message,
      ...setting.place.value(part, from),
      ...(hint === undefined ? {} : { hint }),
    });
  }

  text(name: string): string | undefined {
    return this.get(name)?.value;
  }

  integer(name: string, range: Range = {}): number | undefined {
    return this.#read(
      name,
      (text) => readInteger(text, range),
      () => integerWords(range),
    );
  }

  number(name: string): number | undefined {
    const read = (text: string) => (/^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined);
    return this.#read(name, read, () => ["a number"]);
  }

  boolean(name: string): boolean | undefined {
    const read = (text: string) =>
      /^(yes|up|true|1)$/i.test(text) ? true : /^(no|down|false|0)$/i.test(text) ? false : undefined;
    return this.#read(name, read, () => ["YES or NO"]);
  }

  /** A time in minutes; Infinity for UNLIMITED. */
  minutes(name: string): number | undefined {
    return this.#read(name, parseSlurmMinutes, () => ["a time", TIME_FORMS]);
  }

  /** A time of minutes, in seconds. */
  seconds(name: string): number | undefined {
    return this.#read(name, parseSlurmTime, () => ["a time", TIME_FORMS]);
  }

  oneOf<const T extends string>(name: string, values: readonly T[]): T | undefined {
    const setting = this.get(name);
    const read = (text: string) => values.find((value) => value.toLowerCase() === text.toLowerCase());
    return this.#read(name, read, () => [`one of ${values.join(", ")}`, meant(setting!.value, values)]);
  }

  /** The parts of a comma list, with where they start. */
  list(name: string): { part: string; from: number; setting: Setting }[] {
    const setting = this.get(name);
    if (setting === undefined) return [];
    let from = 0;
    return setting.value.split(",").flatMap((part) => {
      const at = from + part.length - part.trimStart().length;
      from += part.length + 1;
      return part.trim() === "" ? [] : [{ part: part.trim(), from: at, setting }];
    });
  }

  names(name: string): string[] {
    return this.list(name).map(({ part }) => part);
  }

  /** Flags of a comma list; what `known` does not have is reported. */
  flags<const T extends string>(name: string, known: readonly T[]): Set<T> {
    const found = new Set<T>();
    for (const { part, from, setting } of this.list(name)) {
      const flag = known.find((one) => one.toLowerCase() === part.toLowerCase());
      if (flag !== undefined) found.add(flag);
      else this.wrong(setting, `${setting.key} has no "${part}"`, meant(part, known), part, from);
    }
    return found;
  }

  #read<T>(
    name: string,
    read: (text: string) => T | undefined,
    words: () => [must: string, hint?: string],
  ): T | undefined {
    const setting = this.get(name);
    if (setting === undefined) return undefined;
    const value = read(setting.value);
    if (value === undefined) {
      const [must, hint] = words();
      this.wrong(setting, `${setting.key} must be ${must}, not "${setting.value}"`, hint);
    }
    return value;
  }
}

export const TIME_FORMS = "minutes, M:S, H:M:S, D-H, D-H:M, D-H:M:S or UNLIMITED";

export function readInteger(text: string, { least = 0, most, unlimited }: Range): number | undefined {
  if (unlimited && /^(unlimited|infinite|-1)$/i.test(text)) return Number.POSITIVE_INFINITY;
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = Number(text);
  return value < least || value > (most ?? Number.MAX_SAFE_INTEGER) ? undefined : value;
}

export function integerWords({ least = 0, most, unlimited }: Range): [string] {
  const range = most === undefined ? `of at least ${least}` : `from ${least} to ${most}`;
  return [`a whole number ${range}${unlimited ? " or UNLIMITED" : ""}`];
}

/** `did you mean …?`, else what there is when that is short. */
export function meant(word: string, known: readonly string[]): string {
  const near = closest(word, known);
  return near === undefined ? `there are ${known.join(", ")}` : `did you mean ${near}?`;
}
