import { expandHostlist } from "../../../core/hostlist.js";
import { closest } from "../../../core/suggest.js";
import type { Operation, RebootRequest } from "./operation.js";
import { OperationError } from "./operation-error.js";

const NODE_STATES = {
  DOWN: "DOWN",
  DRAIN: "DRAIN",
  FAIL: "DRAIN",
  RESUME: "RESUME",
  UNDRAIN: "RESUME",
  IDLE: "RESUME",
} as const;
const POWER_STATES = {
  POWER_UP: "up",
  POWER_DOWN: "idle",
  POWER_DOWN_ASAP: "asap",
  POWER_DOWN_FORCE: "force",
} as const;
const NEXT_STATES = ["RESUME", "DOWN"] as const;

/** `scontrol update NodeName=… State=…`. */
export function parseNodeUpdate(given: ReadonlyMap<string, string>): Operation {
  const names = given.get("nodename")!;
  const nodes = expand(names);
  const word = given.get("state") ?? "";
  const power = POWER_STATES[word.toUpperCase() as keyof typeof POWER_STATES];
  if (power !== undefined) return { kind: "power", nodes, to: power };
  const state = NODE_STATES[word.toUpperCase() as keyof typeof NODE_STATES];
  const known = [...Object.keys(NODE_STATES), ...Object.keys(POWER_STATES)];
  if (state === undefined)
    throw new OperationError(
      `a node cannot be given the state "${word}"`,
      given.get("state") ?? names,
      `there are ${known.join(", ")}`,
    );
  return { kind: "node-state", nodes, state, reason: given.get("reason") ?? "" };
}

/** `scontrol reboot [ASAP] [nextstate=…] [reason=…] nodes`. */
export function parseReboot(words: readonly string[]): Operation {
  const request: RebootRequest = { asap: false, nextState: undefined };
  const nodes: string[] = [];
  for (const word of words) {
    const [, key, value] = /^(\w+)=(.*)$/.exec(word) ?? [];
    if (key === undefined) {
      if (word.toUpperCase() === "ASAP") request.asap = true;
      else nodes.push(...expand(word));
    } else if (key.toLowerCase() === "nextstate") {
      request.nextState = NEXT_STATES.find((one) => one === value!.toUpperCase());
      if (request.nextState === undefined)
        throw new OperationError(`nextstate is not "${value}"`, value!, "it is RESUME or DOWN");
    } else if (key.toLowerCase() !== "reason") {
      const near = closest(key, ["nextstate", "reason"]);
      throw new OperationError(
        `scontrol reboot takes no "${key}"`,
        key,
        near === undefined ? "it takes ASAP, nextstate= and reason=" : `did you mean "${near}"?`,
      );
    }
  }
  if (nodes.length === 0) throw new OperationError("scontrol reboot names no node", "reboot");
  return { kind: "reboot", nodes, request };
}

/** `scontrol cancel_reboot nodes`. */
export function parseCancelReboot(words: readonly string[]): Operation {
  if (words.length === 0) throw new OperationError("scontrol cancel_reboot names no node", "cancel_reboot");
  return { kind: "cancel-reboot", nodes: words.flatMap(expand) };
}

function expand(list: string): string[] {
  return expandHostlist(list, (message, part) => {
    throw new OperationError(message, part);
  });
}
