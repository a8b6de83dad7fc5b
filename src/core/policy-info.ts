/** One knob of a policy, under the real system's name. */
export interface OptionInfo {
  name: string;
  type: "boolean" | "integer" | "number" | "duration" | "string" | "enum" | "any";
  /** The values of an enum. */
  values?: readonly string[];
  minimum?: number;
  /** What holds when the scenario does not say; durations as text. */
  default?: string | number | boolean;
  description: string;
}

/** An entry of the catalogue that `whowaits policies` prints. */
export interface PolicyInfo {
  name: string;
  kind: "cluster" | "request" | "router";
  /** One line. */
  summary: string;
  /** The system, version and source, or the paper, that it follows. */
  follows: string;
  /** Where it does less than the real one; empty when nowhere known. */
  simplifies: readonly string[];
  options: readonly OptionInfo[];
}
