import { styleText } from "node:util";
import type { Style as ReportStyle } from "../report/style.js";

/** What the command line needs of the world; tests hand in another one. */
export interface World {
  stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  stdout: Output;
  stderr: Output;
  env: Readonly<Record<string, string | undefined>>;
  /** `v20.20.2 linux x64`, for fault reports. */
  platform: string;
  /** Calls back at each Ctrl-C until the function it returns is called. */
  onInterrupt(heard: () => void): () => void;
  /** Ends the process at once. */
  exit(status: number): void;
}

/** The world of a real process. */
export interface ProcessWorld extends World {
  readonly args: readonly string[];
  /** Sets the status that the process ends with when everything has been written. */
  end(status: number): void;
}

export interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

export type ColorMode = "auto" | "always" | "never";
export type Style = Parameters<typeof styleText>[0];
export type Paint = (style: Style, text: string) => string;

const DEFAULT_WIDTH = 80;

/** Decides colour, width and progress once, for all commands. */
export class Terminal {
  colorMode: ColorMode = "auto";

  constructor(readonly world: World) {}

  out(text: string): void {
    this.world.stdout.write(text);
  }

  err(text: string): void {
    this.world.stderr.write(text);
  }

  /** Columns of standard output; 80 when it is not a terminal. */
  get width(): number {
    return this.world.stdout.columns || DEFAULT_WIDTH;
  }

  get errWidth(): number {
    return this.world.stderr.columns || DEFAULT_WIDTH;
  }

  get outColor(): boolean {
    return this.#color(this.world.stdout);
  }

  get errColor(): boolean {
    return this.#color(this.world.stderr);
  }

  /** A bar may be drawn on standard error. */
  get canDraw(): boolean {
    const { env, stderr } = this.world;
    return stderr.isTTY === true && env.TERM !== "dumb" && (env.CI === undefined || env.CI === "false");
  }

  /** How reports set off parts of their text on standard output. */
  readonly style: ReportStyle = {
    heading: (text) => this.paintOut("bold", text),
    faint: (text) => this.paintOut("dim", text),
    warning: (text) => this.paintOut("yellow", text),
  };

  /** Colours text for standard error. */
  readonly paintErr: Paint = (style, text) => paint(this.errColor, style, text);
  /** Colours text for standard output. */
  readonly paintOut: Paint = (style, text) => paint(this.outColor, style, text);

  /** `--color` wins, then NO_COLOR (any value but the empty one), then FORCE_COLOR (any value but 0), then the terminal. */
  #color(stream: Output): boolean {
    const { env } = this.world;
    if (this.colorMode !== "auto") return this.colorMode === "always";
    if (env.NO_COLOR) return false;
    if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
    return stream.isTTY === true && env.TERM !== "dumb";
  }
}

function paint(color: boolean, style: Style, text: string): string {
  return color ? styleText(style, text, { validateStream: false }) : text;
}

/** The only place that touches the process. */
export function processWorld(): ProcessWorld {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      // The reader has what it wanted (`| head -1`): that is no failure.
      if (error.code === "EPIPE") process.exit(0);
      throw error;
    });
  return {
    args: process.argv.slice(2),
    end(status) {
      process.exitCode = status;
    },
    // Opened when asked for: merely looking at it would keep a terminal's input open.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    platform: `node ${process.version}, ${process.platform} ${process.arch}`,
    onInterrupt(heard) {
      process.on("SIGINT", heard);
      return () => process.off("SIGINT", heard);
    },
    exit: (status) => process.exit(status),
  };
}
