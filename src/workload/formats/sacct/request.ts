import { Adjusted } from "../../reasons.js";
import type { JobInput } from "../format.js";
import { Submissions, type Submitted } from "../submitted.js";
import { optionsOf, readResources } from "./values.js";

/** Lines of submission kept: each job may have one of its own, with the name of its script. */
const MOST_KEPT = 10_000;

/** How a row's job was submitted, and which of its parts it is. */
export interface RowRequest {
  submitted: Submitted;
  /** Index of the component. */
  part: number;
  /** Changes to count when the row is used. */
  changes: readonly string[];
}

type Cell = (column: string) => string;

/**
 * Finds out what the jobs of a dump had asked for: SubmitLine is what the user typed, so it is taken where it is there
 * and can be read, with the account, QOS and limit that the accounts recorded; else resources are taken from the TRES.
 */
export class Requests {
  readonly #input: JobInput;
  readonly #submissions: Submissions;
  readonly #known = new Map<string, RowRequest | undefined>();

  constructor(input: JobInput) {
    this.#input = input;
    this.#submissions = new Submissions(input.context, input.options.gpusPerNode);
  }

  /**
   * @param component index within a heterogeneous job
   * @param delay seconds from submission to when it was eligible, of a job that was to begin later
   */
  read(cell: Cell, component: number, delay: number): RowRequest | undefined {
    const line = cell("submitline");
    const own = ownOptions(cell, delay);
    const key = `${component}\n${own}\n${cell("reservation")}\n${line}\n${line === "" ? `${cell("reqtres")}\n${cell("alloctres")}\n${cell("reqmem")}` : ""}`;
    if (this.#known.has(key)) return this.#known.get(key);
    if (this.#known.size >= MOST_KEPT) this.#known.clear();
    const found = this.#fromLine(line, own, component, cell) ?? this.#fromTres(own, cell, line !== "");
    this.#known.set(key, found);
    return found;
  }

  #fromLine(line: string, own: string, component: number, cell: Cell): RowRequest | undefined {
    if (!/^\S*sbatch\s/.test(line)) return undefined;
    const read = this.#input.context.submissions?.read(line, this.#input.options.gpusPerNode);
    if (read === undefined || "wrong" in read) return undefined;
    const part = read.parts[component];
    if (part === undefined) return undefined;
    const changes: string[] = [];
    const asked = /(?:^| )--reservation=(\S+)/.exec(part.text)?.[1];
    const reservation = [cell("reservation"), asked].find((name) => this.#makes(name));
    if (asked !== undefined && reservation === undefined) changes.push(Adjusted.reservation);
    const kept = part.text.split(/ (?=--)/).filter((option) => {
      return (
        !/^--(reservation|begin|deadline)=/.test(option) &&
        !(option.startsWith("--partition=") && cell("partition") !== "" && !option.includes(","))
      );
    });
    // A job that may get less than its limit shows the one that it got.
    const limit = kept.some((option) => option.startsWith("--time-min")) ? withoutTime(own) : own;
    if (reservation !== undefined) kept.push(`--reservation=${reservation}`);
    return this.#submitted(
      `${kept.join(" ")} ${kept.some((o) => o.startsWith("--partition=")) ? withoutPartition(limit) : limit}`,
      changes,
    );
  }

  #fromTres(own: string, cell: Cell, hadLine: boolean): RowRequest | undefined {
    const inside = this.#makes(cell("reservation")) ? ` --reservation=${cell("reservation")}` : "";
    return this.#submitted(
      `${optionsOf(readResources(cell))} ${own}${inside}`,
      hadLine ? [Adjusted.submitLine] : [],
    );
  }

  /** Does the run make a reservation of that name? */
  #makes(name: string | undefined): boolean {
    return name !== undefined && (this.#input.context.reservations?.has(name) ?? false);
  }

  #submitted(text: string, changes: readonly string[]): RowRequest | undefined {
    const submitted = this.#submissions.get(text.trim());
    return "wrong" in submitted ? undefined : { submitted, part: 0, changes };
  }
}

/** What the accounts say of a job beside its resources. */
function ownOptions(cell: Cell, delay: number): string {
  const limit = cell("timelimitraw") || cell("timelimit");
  const options: [name: string, value: string][] = [
    ["account", cell("account")],
    ["qos", cell("qos")],
    ["partition", cell("partition")],
    ["time", /^(Partition_Limit|INVALID|)$/i.test(limit) ? "" : limit],
    ["begin", delay > 0 ? `now+${delay}` : ""],
  ];
  return options
    .filter(([, value]) => value !== "" && !/[\s'"\\]/.test(value))
    .map(([name, value]) => `--${name}=${value}`)
    .join(" ");
}

function withoutTime(options: string): string {
  return options.replace(/ ?--time=\S+/, "");
}

function withoutPartition(options: string): string {
  return options.replace(/ ?--partition=\S+/, "");
}
