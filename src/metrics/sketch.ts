import { createRequire } from "node:module";
import type { DDSketch } from "@datadog/sketches-js";

export type { DDSketch };

/** Bound on a sketched percentile's relative error. */
const RELATIVE_ERROR = 0.001;
export const SKETCH_METHOD = "sketch 0.1%";

const require = createRequire(import.meta.url);

/**
 * An empty DDSketch (Masson, Rim and Lee, VLDB 2019; \@datadog/sketches-js 2.1.1). The library is loaded when the first
 * one is needed, which happens inside an event handler, hence not by `import()`.
 */
export function createSketch(): DDSketch {
  const library = require("@datadog/sketches-js") as typeof import("@datadog/sketches-js");
  return new library.DDSketch({ relativeAccuracy: RELATIVE_ERROR });
}
