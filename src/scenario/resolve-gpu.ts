import { InputError } from "../core/errors.js";
import { findGpu, type GpuType } from "../fleet/catalogue.js";
import type { ParsedGpuType } from "./schema.js";

const TERA = 1e12;
/** PCIe 4, per direction. */
const PCIE4 = 32e9;
const DEFAULT_GPUS_PER_NODE = 8;

/**
 * A user's own GPU type: the figures given, then those of the type that it is like, then defaults.
 *
 * @throws InputError when a figure without default is in neither
 */
export function resolveGpuType(name: string, given: ParsedGpuType): GpuType {
  const path = ["fleet", "gpuTypes", name];
  const like = given.like === undefined ? undefined : findGpu(given.like, [], [...path, "like"]);
  const needs = (key: string) =>
    new InputError({
      code: "scenario/missing-key",
      message: `fleet.gpuTypes.${name} needs "${key}"`,
      path,
      hint: "or like: with the name of a GPU type that has it",
    });
  const flops: GpuType["flops"] = { ...like?.flops, ...teraflops(given.tflops ?? {}) } as GpuType["flops"];
  const memory = given.memory ?? like?.memory;
  const bandwidth = given.bandwidth ?? like?.bandwidth;
  if (flops.bf16 === undefined) throw needs("tflops.bf16");
  if (memory === undefined) throw needs("memory");
  if (bandwidth === undefined) throw needs("bandwidth");
  const gpusPerNode = given.gpusPerNode ?? like?.gpusPerNode ?? DEFAULT_GPUS_PER_NODE;
  return {
    name,
    flops,
    memory,
    bandwidth,
    link: given.link ?? like?.link ?? PCIE4,
    domain: given.domain ?? like?.domain ?? gpusPerNode,
    network: like?.network ?? 0,
    hostLink: like?.hostLink ?? PCIE4,
    watts: like?.watts ?? 0,
    gpusPerNode,
    aliases: [],
  };
}

function teraflops(given: NonNullable<ParsedGpuType["tflops"]>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(given)
      .filter((entry): entry is [string, number] => entry[1] !== undefined)
      .map(([precision, tera]) => [precision, tera * TERA]),
  );
}
