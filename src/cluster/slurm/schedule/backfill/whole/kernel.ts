import { kernelBytes } from "./kernel-bytes.js";

/** Seconds from the present on that stand for any later time. */
export const farAway = 2 ** 29;

/** What the kernel stops for. */
export const Stop = { AtEnd: 0, AtStart: 1, AtUntested: 2 } as const;

/** The exports of kernel/index.ts. Names that end in `At` answer the byte at which an array begins. */
interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  allocate(nodes: number, slots: number, classes: number, resolution: number): void;
  reserveNodes(nodes: number): void;
  reserveQueue(jobs: number): void;
  came(place: number, nodes: number, end: number): void;
  left(place: number): void;
  advance(passed: number): number;
  setPresent(over: number, halfMinute: number, window: number): void;
  queueCame(place: number, nodes: number, seconds: number): number;
  queueLeft(place: number): void;
  setJobs(jobs: number, classes: number, apart: boolean): number;
  begin(classes: number, maxTests: number, maxRecords: number): void;
  run(): number;
  plans(): number;
  at(): number;
  find(exhaustive: boolean): number;
  tested(): number;
  plan(): number;
  start(among: number): void;
  next(): void;
  idleAt(): number;
  availAt(): number;
  usableAt(): number;
  expectedAt(): number;
  nodesAt(): number;
  queueNodesAt(): number;
  secondsAt(): number;
  shortestAt(): number;
  vacanciesAt(): number;
  classEndsAt(): number;
  lengthsAt(): number;
}

/** As far as it is used; its types come with those of browsers. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

let compiled: object | undefined;

/** An instance of the planning kernel, which is WebAssembly: sets of thousands of nodes are a matter of 64-bit words. */
export class Kernel {
  readonly exports: KernelExports;
  #view = new Int32Array(0);

  constructor(nodes: number, slots: number, classes: number, resolution: number) {
    compiled ??= new WebAssembly.Module(Buffer.from(kernelBytes, "base64"));
    const abort = () => {
      throw new Error("the planning kernel has no memory left");
    };
    this.exports = new WebAssembly.Instance(compiled, { env: { abort } }).exports as KernelExports;
    this.exports.allocate(nodes, slots, classes, resolution);
  }

  /** Its memory as words; until it grows. */
  view(): Int32Array {
    const { buffer } = this.exports.memory;
    if (this.#view.buffer !== buffer) this.#view = new Int32Array(buffer);
    return this.#view;
  }
}
