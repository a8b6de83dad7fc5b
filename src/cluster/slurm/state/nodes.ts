import { BitVector } from "../../../core/bit-vector.js";
import type { NodeLine } from "../model/config.js";
import type { Nodes } from "../model/nodes.js";

/** The nodes of all NodeName lines, numbered in their order. FUTURE nodes do not exist yet. */
export function buildNodes(lines: readonly NodeLine[]): Nodes {
  const names: string[] = [];
  const lineOf: NodeLine[] = [];
  for (const line of lines) {
    if (line.state === "FUTURE") continue;
    for (const name of line.names) {
      names.push(name);
      lineOf.push(line);
    }
  }
  const count = names.length;
  const numbers = new Map(names.map((name, index) => [name, index]));
  const ints = (value: (line: NodeLine) => number) => Int32Array.from(lineOf, value);
  const where = (holds: (line: NodeLine) => boolean) =>
    BitVector.of(
      count,
      [...lineOf.keys()].filter((index) => holds(lineOf[index]!)),
    );
  const gpusOfLine = new Map(lines.map((line) => [line, gpuMasks(line)]));
  const cpus = ints((line) => line.cpus);
  return {
    count,
    names,
    index: (name) => numbers.get(name) ?? -1,
    cpus,
    sockets: ints((line) => line.boards * line.sockets),
    coresPerSocket: ints((line) => line.coresPerSocket),
    threads: ints((line) => line.threadsPerCore),
    memory: Float64Array.from(lineOf, (line) => line.realMemory - line.memSpecLimit),
    weight: ints((line) => line.weight),
    totalCpus: cpus.reduce((sum, n) => sum + n, 0),
    features: featureSets(count, lineOf),
    gpus: ints((line) => gpusOfLine.get(line)!.count),
    gpuTypes: lineOf.map((line) => gpusOfLine.get(line)!.types),
    lines: lineOf,
    avail: where((line) => line.state === "UP" || line.state === "CLOUD"),
    coming: where((line) => line.state === "UP" || line.state === "CLOUD"),
    up: where((line) => line.state !== "DOWN"),
    drained: where((line) => line.state === "DRAIN" || line.state === "FAIL"),
    powerDown: new BitVector(count),
    booting: new BitVector(count),
    completing: new BitVector(count),
    idle: where(() => true),
    share: where(() => true),
  };
}

function featureSets(count: number, lineOf: readonly NodeLine[]): Map<string, BitVector> {
  const features = new Map<string, BitVector>();
  for (const [index, line] of lineOf.entries())
    for (const feature of line.features) {
      const set = features.get(feature) ?? new BitVector(count);
      features.set(feature, set);
      set.add(index);
    }
  return features;
}

/** GPU indexes run on through the types in their order, as in gres.conf. */
function gpuMasks(line: NodeLine): { count: number; types: { type: string; mask: number }[] } {
  let count = 0;
  const types: { type: string; mask: number }[] = [];
  for (const gres of line.gres) {
    if (gres.name !== "gpu") continue;
    let mask = 0;
    for (let i = count; i < count + gres.count; i++) mask |= 1 << i;
    count += gres.count;
    types.push({ type: gres.type, mask });
  }
  return { count, types };
}
