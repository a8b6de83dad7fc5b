/** Who made a result. The version is that of package.json; a test holds the two together. */
export const TOOL = { name: "whowaits", version: "0.1.0" } as const;
