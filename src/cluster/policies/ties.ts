import type { OptionInfo } from "../../core/policy-info.js";
import type { TieRule } from "../policy.js";

export type Ties = TieRule;

/** The knob that the textbook policies share. */
export const tieOption: OptionInfo = {
  name: "ties",
  type: "enum",
  values: ["instant", "event-finish-first", "pyss"],
  default: "instant",
  description:
    "What happens at one instant: all ends, all submissions, one pass (instant); a pass after each event, ends first " +
    "(event-finish-first); or the order of the simulator pyss, submissions first",
};
