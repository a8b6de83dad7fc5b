import type { Problem } from "../../../core/errors.js";
import { parseDuration, SECOND } from "../../../core/units.js";
import type { TimedOperation } from "../controller/controller.js";
import type { SlurmConfig } from "../model/config.js";
import type { Operation } from "../operations/operation.js";
import { OperationError } from "../operations/operation-error.js";
import { parseOperation } from "../operations/parse.js";
import { isMapping } from "./accounts/inline.js";
import { nearest } from "./read-nodes.js";

/** `operations: [{at: 300s, cmd: "scontrol update NodeName=n4 State=DOWN"}, {at: 0s, every: 5m, cmd: "sprio -l"}]`. */
export function readOperations(value: unknown, config: SlurmConfig, problems: Problem[]): TimedOperation[] {
  if (value === undefined) return [];
  const list = Array.isArray(value) ? value : [value];
  const operations = list.flatMap((one: unknown, i): TimedOperation[] => {
    const path = ["scheduler", "operations", ...(Array.isArray(value) ? [i] : [])];
    const { at: when, cmd, every } = isMapping(one) ? one : ({} as Record<string, unknown>);
    const time = parseDuration(String(when));
    const period = every === undefined ? undefined : parseDuration(String(every));
    if (time === undefined || typeof cmd !== "string" || (every !== undefined && !(period! > 0))) {
      problems.push({
        code: "slurm/wrong-value",
        message: "an operation is a time and a command",
        path,
        hint: "such as { at: 300s, cmd: scontrol update NodeName=n4 State=DOWN }, or { at: 0s, every: 5m, cmd: sprio -l }",
      });
      return [];
    }
    try {
      const operation = parseOperation(cmd);
      checkNodes(operation, config);
      return [
        {
          at: time / SECOND,
          operation,
          command: cmd,
          ...(period === undefined ? {} : { every: period / SECOND }),
        },
      ];
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      problems.push({
        code: "slurm/wrong-operation",
        message: error.message,
        path: [...path, "cmd"],
        within: { from: Math.max(0, cmd.indexOf(error.word)), part: error.word },
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      });
      return [];
    }
  });
  return operations.sort((a, b) => a.at - b.at);
}

/**
 * Are the nodes there, and can the cluster do that to them?
 *
 * @throws OperationError
 */
function checkNodes(operation: Operation, { nodes, power }: SlurmConfig): void {
  if (operation.kind === "power" && !power.enabled)
    throw new OperationError(
      "power saving is off: no node can be powered down or up",
      "State",
      "SuspendTime, SuspendProgram and ResumeProgram switch it on",
    );
  if (operation.kind === "reboot" && !power.rebootProgram)
    throw new OperationError(
      "there is no RebootProgram: scontrol reboot does nothing",
      "reboot",
      "it is not run, but must be named: RebootProgram=/sbin/reboot",
    );
  if (!("nodes" in operation)) return;
  const names = new Set(nodes.flatMap((line) => line.names));
  for (const name of operation.nodes)
    if (!names.has(name)) throw new OperationError(`there is no node ${name}`, name, nearest(name, names));
}
