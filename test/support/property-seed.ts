import fc from "fast-check";

/**
 * Properties are tried on new random cases at each run, but for CI, where a landing must not hang on luck: there they are
 * always the same.
 */
if (process.env.CI === "true") fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20261127 });
