import { closest } from "../../../core/suggest.js";
import type { CancelFilter, Operation } from "./operation.js";
import { OperationError } from "./operation-error.js";

const OPTIONS = {
  state: "t",
  user: "u",
  name: "n",
  partition: "p",
  account: "A",
  qos: "q",
  reservation: "R",
} as const;
type Option = keyof typeof OPTIONS;

const STATES = {
  PD: "PENDING",
  PENDING: "PENDING",
  R: "RUNNING",
  RUNNING: "RUNNING",
  S: "SUSPENDED",
  SUSPENDED: "SUSPENDED",
} as const;

/** @throws OperationError */
export function parseScancel(words: readonly string[]): Operation {
  const filter: CancelFilter = { jobs: [] };
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (!word.startsWith("-")) {
      filter.jobs.push(...word.split(","));
      continue;
    }
    const [name, attached] = word.startsWith("--")
      ? word.slice(2).split("=", 2)
      : [shortName(word), word.slice(2) || undefined];
    const option = (Object.keys(OPTIONS) as Option[]).find((known) => known === name);
    if (option === undefined) {
      const near = closest(name ?? "", Object.keys(OPTIONS));
      throw new OperationError(
        `scancel has no option "${word}" here`,
        word,
        near === undefined ? `there are --${Object.keys(OPTIONS).join(", --")}` : `did you mean --${near}?`,
      );
    }
    const value = attached ?? words[++i];
    if (value === undefined) throw new OperationError(`${word} needs a value`, word);
    if (option === "state") {
      const state = STATES[value.toUpperCase() as keyof typeof STATES];
      if (state === undefined)
        throw new OperationError(
          `"${value}" is not a state of jobs`,
          value,
          "there are PENDING, RUNNING, SUSPENDED",
        );
      filter.state = state;
    } else filter[option] = value;
  }
  if (filter.jobs.length === 0 && Object.keys(filter).length === 1)
    throw new OperationError("scancel names no job", "scancel");
  return { kind: "cancel", filter };
}

function shortName(word: string): string {
  return (Object.keys(OPTIONS) as Option[]).find((option) => OPTIONS[option] === word[1]) ?? word;
}
