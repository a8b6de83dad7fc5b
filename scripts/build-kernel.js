// Compiles the planning kernel of backfill passes (AssemblyScript) to WebAssembly and wraps it as a module of its bytes,
// which tests, bundles and the library import alike. Does nothing when that module is newer than the sources.
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(
  new URL("../src/cluster/slurm/schedule/backfill/whole/kernel/", import.meta.url),
);
const output = join(folder, "../kernel-bytes.ts");
const sources = [fileURLToPath(import.meta.url), ...readdirSync(folder).map((name) => join(folder, name))];

/** Puts functions into their callers, those with loops too: the compiler does so sparingly, and engines do not. */
function inlined(bytes, binaryen) {
  const { BulkMemory, MutableGlobals, SIMD128, SignExt } = binaryen.Features;
  const module = binaryen.readBinary(bytes);
  module.setFeatures(BulkMemory | MutableGlobals | SIMD128 | SignExt);
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(0);
  binaryen.setAlwaysInlineMaxSize(60);
  binaryen.setFlexibleInlineMaxSize(400);
  binaryen.setAllowInliningFunctionsWithLoops(true);
  module.optimize();
  return Buffer.from(module.emitBinary());
}

/** Also what the tests do before they start. */
export async function setup() {
  const age = statSync(output, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (sources.every((path) => statSync(path).mtimeMs < age)) return;
  const asc = await import("assemblyscript/asc");
  const { default: binaryen } = await import("assemblyscript/binaryen");
  const scratch = mkdtempSync(join(tmpdir(), "kernel-"));
  try {
    const binary = join(scratch, "kernel.wasm");
    const options = ["-O3", "--noAssert", "--runtime", "stub", "--enable", "simd"];
    const { error, stderr } = await asc.main([join(folder, "index.ts"), ...options, "-o", binary]);
    if (error !== null) throw new Error(`the kernel does not compile\n${stderr}`);
    const text = `export const kernelBytes =\n  "${inlined(readFileSync(binary), binaryen).toString("base64")}";\n`;
    const whole = `${output}.${process.pid}`;
    writeFileSync(whole, text);
    renameSync(whole, output);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await setup();
