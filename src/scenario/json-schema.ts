import * as z from "zod/mini";
import { scenarioSchema } from "./schema.js";

/** The JSON Schema of scenarios: what editors complete and check by. */
export function scenarioJsonSchema(): object {
  const schema = jsonSchema(scenarioSchema);
  // A scenario that is built on another takes from it what it does not say itself, and a slurm.conf names its nodes.
  const scheduler = { description: "One whose configuration names the nodes", required: ["conf"] };
  const conf = { properties: { scheduler }, required: ["scheduler"] };
  return { ...schema, anyOf: [{ required: ["fleet"] }, { required: ["extends"] }, conf] };
}

function jsonSchema(schema: z.core.$ZodType): object {
  // Draft 7 is what YAML language servers know best.
  return z.toJSONSchema(schema, { io: "input", target: "draft-7", reused: "inline" });
}
