import { InputError } from "../../../core/errors.js";
import type { Outcome } from "../../point/point.js";
import type { Lost } from "./array.js";
import type { ArrayFolder } from "./array-folder.js";

const AGAIN = "the same command goes on from there";

/** A point that was given up. */
export function lostOutcome(folder: ArrayFolder, { index, state, id }: Lost, attempts: number): Outcome {
  const printed = folder.lastPrinted(index);
  const last = `last ${id}: ${state}${printed === "" ? "" : `, which printed "${printed}"`}`;
  const message = `its array task ended ${attempts} times without a result (${last}); the same command tries it again`;
  return { problems: [{ code: "slurm/lost", message, hint: `see ${folder.log(index)}` }] };
}

/** None of the tasks of the first array came as far as its first line. */
export function notStarted(folder: ArrayFolder, { index, state, id }: Lost): InputError {
  const printed = folder.lastPrinted(index);
  return new InputError({
    code: "slurm/not-started",
    message: `no task of the array could begin; ${id}: ${state}${printed === "" ? "" : `, which printed "${printed}"`}`,
    hint: `Node and whowaits must lie at the same paths on the nodes, and ${folder.path} on a file system that they share`,
  });
}

export function cancelled(id: string): InputError {
  return new InputError({
    code: "slurm/cancelled",
    message: `${id} was cancelled, and not by this command`,
    hint: `what has come back is kept; ${AGAIN}`,
  });
}

export function unreachable(said: string): InputError {
  return new InputError({
    code: "slurm/unreachable",
    message: `Slurm does not answer: ${said}`,
    hint: `what was submitted goes on; ${AGAIN} and finds it`,
  });
}
