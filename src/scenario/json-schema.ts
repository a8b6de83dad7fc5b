import * as z from "zod/mini";
import { scenarioSchema } from "./schema.js";

/** The JSON Schema of scenarios: what editors complete and check by. */
export function scenarioJsonSchema(): object {
  return jsonSchema(scenarioSchema);
}

function jsonSchema(schema: z.core.$ZodType): object {
  // Draft 7 is what YAML language servers know best.
  return z.toJSONSchema(schema, { io: "input", target: "draft-7", reused: "inline" });
}
