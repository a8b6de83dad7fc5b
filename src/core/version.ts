/** The version of this package; a test holds it equal to package.json, which a bundled file could not find. */
export const VERSION = "0.1.0";

/** Who made a result. */
export const TOOL = { name: "whowaits", version: VERSION } as const;
