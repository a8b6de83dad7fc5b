import { InputError } from "../core/errors.js";
import { closest } from "../core/suggest.js";

/** Precisions that a GPU computes in; a type lacks those that its tensor cores do not know. */
export type Precision = "bf16" | "fp8" | "fp4" | "int8";

/** What a GPU model can do. A user's own type is simply another value of this kind. */
export interface GpuType {
  name: string;
  /** Dense peak FLOP/s (or integer operations/s) by precision. */
  flops: Readonly<{ bf16: number } & Partial<Record<Precision, number>>>;
  /** Bytes of device memory that a process can see. */
  memory: number;
  /** Bytes/s of device memory. */
  bandwidth: number;
  /** Bytes/s per direction to another GPU of the same domain: NVLink, or PCIe where there is none. */
  link: number;
  /** GPUs that reach each other over `link`. */
  domain: number;
  /** Bytes/s of network per GPU. */
  network: number;
  /** Bytes/s per direction between host memory and one GPU. */
  hostLink: number;
  watts: number;
  gpusPerNode: number;
  /** Other spellings of the name. */
  aliases: readonly string[];
}

const GB = 1e9;
const GiB = 2 ** 30;
const MiB = 2 ** 20;
const TERA = 1e12;
const PCIE4 = 32 * GB;
const PCIE5 = 64 * GB;
const C2C = 450 * GB;

/** Dense TFLOP/s (bf16, fp8, fp4, int8; 0 for none), memory, TB/s, link, domain, network, host link, W, GPUs a node. */
type Row = readonly [
  bf16: number,
  fp8: number,
  fp4: number,
  int8: number,
  memory: number,
  bandwidth: number,
  link: number,
  domain: number,
  network: number,
  hostLink: number,
  watts: number,
  gpusPerNode: number,
  aliases: readonly string[],
];

/**
 * Figures as ai-dynamo/aiconfigurator has them (systems/*.yaml, 2026), L4, RTX and MI300X from their makers' data
 * sheets; the memory of the RTX 4090 is what CUDA reports on one. FLOP/s are dense: data sheets often quote sparse ones.
 */
// biome-ignore format: a table
const ROWS: Record<string, Row> = {
  "A100-40GB":    [312, 0, 0, 624, 40 * GB, 1.555, 300 * GB, 8, 25 * GB, PCIE4, 400, 8, ["A100-SXM4-40GB"]],
  "A100-80GB":    [312, 0, 0, 624, 80 * GiB, 2.039, 300 * GB, 8, 25 * GB, PCIE4, 400, 8, ["A100", "A100-SXM", "A100-SXM4-80GB"]],
  "H100-SXM":     [989, 1978, 0, 0, 80 * GiB, 3.35, 450 * GB, 8, 50 * GB, PCIE5, 700, 8, ["H100", "H100-80GB", "H100-SXM5-80GB"]],
  "H200-SXM":     [989, 1978, 0, 0, 141 * GB, 4.8, 450 * GB, 8, 50 * GB, PCIE5, 700, 8, ["H200", "H200-141GB"]],
  B200:           [2250, 4500, 9000, 0, 180 * GiB, 7.7, 900 * GB, 8, 100 * GB, PCIE5, 1000, 8, ["B200-SXM"]],
  GB200:          [2500, 5000, 10_000, 0, 189_471 * MiB, 8, 900 * GB, 72, 100 * GB, C2C, 1200, 4, ["GB200-NVL72"]],
  B300:           [2250, 4500, 14_000, 0, 275_040 * MiB, 7.75, 900 * GB, 8, 100 * GB, PCIE5, 1100, 8, ["B300-SXM"]],
  GB300:          [2500, 5000, 15_000, 0, 284_208 * MiB, 8, 900 * GB, 72, 100 * GB, C2C, 1400, 4, ["GB300-NVL72"]],
  L40S:           [362.05, 733, 0, 0, 46_068 * MiB, 0.864, PCIE4, 8, 50 * GB, PCIE4, 350, 8, []],
  L4:             [121, 242, 0, 0, 24 * GiB, 0.3, PCIE4, 8, 12.5 * GB, PCIE4, 72, 8, []],
  "RTX-4090":     [165.2, 330.3, 0, 0, 25_250_627_584, 1.008, PCIE4, 8, 12.5 * GB, PCIE4, 450, 8, ["RTX4090", "4090"]],
  "RTX-PRO-6000": [503.8, 1007.6, 2015.2, 0, 96 * GB, 1.792, PCIE5, 8, 50 * GB, PCIE5, 600, 8, ["RTXPRO6000"]],
  H20:            [148, 296, 0, 0, 96 * GB, 4, 450 * GB, 8, 50 * GB, PCIE5, 400, 8, ["H20-SXM"]],
  MI300X:         [1307, 2615, 0, 0, 192 * GB, 5.3, 448 * GB, 8, 50 * GB, PCIE5, 750, 8, []],
};

function fromRow(name: string, row: Row): GpuType {
  const [
    bf16,
    fp8,
    fp4,
    int8,
    memory,
    bandwidth,
    link,
    domain,
    network,
    hostLink,
    watts,
    gpusPerNode,
    aliases,
  ] = row;
  const known = Object.entries({ bf16, fp8, fp4, int8 }).filter(([, tera]) => tera > 0);
  const flops = Object.fromEntries(
    known.map(([precision, tera]) => [precision, tera * TERA]),
  ) as GpuType["flops"];
  return {
    name,
    flops,
    memory,
    bandwidth: bandwidth * TERA,
    link,
    domain,
    network,
    hostLink,
    watts,
    gpusPerNode,
    aliases,
  };
}

/** Every GPU type that ships, by name. */
export const gpuTypes: Readonly<Record<string, GpuType>> = Object.fromEntries(
  Object.entries(ROWS).map(([name, row]) => [name, fromRow(name, row)]),
);

/**
 * The GPU type of a name or alias, whatever its case.
 *
 * @param own the user's own types, which take precedence
 * @param path keys from the scenario's root to the name
 * @throws InputError `fleet/unknown-gpu` with the nearest name
 */
export function findGpu(
  name: string,
  own: readonly GpuType[] = [],
  path?: readonly (string | number)[],
): GpuType {
  const all = [...own, ...Object.values(gpuTypes)];
  const wanted = name.toLowerCase();
  const found = all.find((gpu) => [gpu.name, ...gpu.aliases].some((known) => known.toLowerCase() === wanted));
  if (found !== undefined) return found;
  const near = closest(
    name,
    all.flatMap((gpu) => [gpu.name, ...gpu.aliases]),
  );
  throw new InputError({
    code: "fleet/unknown-gpu",
    message: `no GPU type is called "${name}"`,
    hint:
      near === undefined
        ? `known types: ${all.map((gpu) => gpu.name).join(", ")}`
        : `did you mean "${near}"?`,
    ...(path === undefined ? {} : { path }),
  });
}
