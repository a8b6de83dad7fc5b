import { describe, expect, it } from "vitest";
import { InputError } from "../../src/core/errors.js";
import { findGpu, gpuTypes } from "../../src/fleet/catalogue.js";

describe("the GPU catalogue", () => {
  it("knows a type by name and alias, whatever the case", () => {
    expect(findGpu("h100").name).toBe("H100-SXM");
    expect(findGpu("A100").memory).toBe(80 * 2 ** 30);
    expect(findGpu("A100-40GB").memory).toBe(40e9);
    expect(findGpu("H100-SXM").flops.bf16).toBe(989e12);
  });

  it("has no two types under one name", () => {
    const names = Object.values(gpuTypes).flatMap((gpu) =>
      [gpu.name, ...gpu.aliases].map((name) => name.toLowerCase()),
    );
    expect(new Set(names).size).toBe(names.length);
  });

  it("has figures of the right order of magnitude in every row", () => {
    for (const gpu of Object.values(gpuTypes)) {
      expect(gpu.flops.bf16).toBeGreaterThan(1e14);
      if (gpu.flops.fp8 !== undefined) expect(gpu.flops.fp8 / gpu.flops.bf16).toBeCloseTo(2, 1);
      expect(gpu.memory).toBeGreaterThan(20e9);
      expect(gpu.bandwidth).toBeGreaterThanOrEqual(0.3e12);
      expect(gpu.bandwidth).toBeLessThan(1e13);
      expect(gpu.link).toBeGreaterThanOrEqual(gpu.network > gpu.link ? 32e9 : gpu.network);
      expect(gpu.watts).toBeGreaterThan(50);
      expect(gpu.domain).toBeGreaterThanOrEqual(gpu.gpusPerNode);
    }
  });

  it("prefers the user's own types", () => {
    const own = { ...findGpu("H100"), name: "H100", aliases: [], memory: 1 };
    expect(findGpu("h100", [own]).memory).toBe(1);
  });

  it("suggests what was meant", () => {
    const attempt = () => findGpu("H100-SMX", [], ["fleet", "gpu"]);
    expect(attempt).toThrow(InputError);
    try {
      attempt();
    } catch (error) {
      expect((error as InputError).problems[0]).toEqual({
        code: "fleet/unknown-gpu",
        message: 'no GPU type is called "H100-SMX"',
        hint: 'did you mean "H100-SXM"?',
        path: ["fleet", "gpu"],
      });
    }
  });
});
