import * as z from "zod/mini";
import { scenarioSchema } from "./schema.js";

/** The JSON Schema of scenarios: what editors complete and check by. */
export function scenarioJsonSchema(): object {
  const { required, ...schema } = jsonSchema(scenarioSchema) as { required: string[] };
  // A scenario that is built on another takes from it what it does not say itself.
  return { ...schema, anyOf: [{ required }, { required: ["extends"] }] };
}

function jsonSchema(schema: z.core.$ZodType): object {
  // Draft 7 is what YAML language servers know best.
  return z.toJSONSchema(schema, { io: "input", target: "draft-7", reused: "inline" });
}
