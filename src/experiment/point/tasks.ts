import { InputError } from "../../core/errors.js";
import { type LoadedScenario, loadOpened, type Overrides } from "../../scenario/load.js";
import { locateError } from "../../scenario/locate.js";
import { type OpenedScenario, openScenario, type ScenarioInput } from "../../scenario/open.js";
import { FileHashes, keyOf } from "./key.js";
import type { Outcome, Point, Task } from "./point.js";

/** Makes tasks of a scenario's points; the scenario and its files are read once. */
export class Tasks {
  readonly #opened: OpenedScenario;
  readonly #files: FileHashes;
  readonly #common: Overrides;

  /** @param common overrides of every point; those of the point win */
  constructor(opened: OpenedScenario, common: Overrides = {}, files = new FileHashes()) {
    this.#opened = opened;
    this.#common = common;
    this.#files = files;
  }

  static async open(input: ScenarioInput, common: Overrides = {}, files?: FileHashes): Promise<Tasks> {
    return new Tasks(await openScenario(input, common.environment), common, files);
  }

  /**
   * The scenario of a point; without a point, that which is common to all.
   *
   * @throws InputError with everything that is wrong with the scenario or the point's values
   */
  load(point?: Point): Promise<LoadedScenario> {
    if (point === undefined) return loadOpened(this.#opened, this.#common);
    const set = [...(this.#common.set ?? []), ...point.set];
    return loadOpened(this.#opened, { ...this.#common, set, seed: point.seed });
  }

  /** @throws InputError as `load`, and for a trace on standard input, which could be read only once */
  async task(point: Point): Promise<Task> {
    const loaded = await this.load(point);
    refuseStandardInput(loaded);
    return {
      key: await keyOf(loaded, this.#files),
      scenarioHash: loaded.hash,
      data: loaded.data,
      name: this.#opened.name,
      folder: loaded.folder,
    };
  }

  /** The error that an outcome tells of, with the places in the scenario; undefined when there is a result. */
  async errorOf(point: Point, outcome: Outcome): Promise<Error | undefined> {
    if ("result" in outcome) return undefined;
    if ("fault" in outcome) return new Error(outcome.fault);
    return locateError(new InputError(outcome.problems), await this.load(point));
  }
}

function refuseStandardInput({ scenario, locate }: LoadedScenario): void {
  const sources = [
    ...scenario.jobs.map((source, i) => ({ source, path: ["jobs", i, "trace"] })),
    ...scenario.services.flatMap((service, s) =>
      service.requests.map((source, i) => ({ source, path: ["services", s, "requests", i, "trace"] })),
    ),
  ];
  for (const { source, path } of sources)
    if ("trace" in source && source.trace === "-")
      throw locateError(
        new InputError({
          code: "experiment/standard-input",
          message: "standard input can be read only once, and an experiment reads its traces for each run",
          path,
          hint: "name a file",
        }),
        { locate },
      );
}
