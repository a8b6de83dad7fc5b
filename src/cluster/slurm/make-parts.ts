import { createAccounting } from "./accounting.js";
import type { ControllerParts, TimedSchedulers } from "./controller/parts.js";
import type { SchedulerActions } from "./model/parts.js";
import type { SlurmState } from "./model/state.js";
import { noTestTimes, type TestTimes, takeTime } from "./model/test-times.js";
import { sprioLong, sprioRows } from "./priority/sprio.js";
import { BackfillScheduler } from "./schedule/backfill/pass.js";
import { TimedBackfill } from "./schedule/backfill/timed-backfill.js";
import type { SchedulerContext } from "./schedule/context.js";
import { FirstLook } from "./schedule/first-look.js";
import { MainScheduler } from "./schedule/main-pass.js";
import { PlainQueue } from "./schedule/plain-queue.js";
import { createSelector } from "./select/selector.js";
import { admit } from "./submit/admit.js";

/**
 * slurmctld's schedulers and plugins, as its configuration chooses them. Without `shortcuts` they plan and choose as
 * Slurm does, step by step; the starts are the same. `timed`: passes take time, which may be none.
 */
export function makeParts(
  state: SlurmState,
  actions: SchedulerActions,
  epoch: number,
  shortcuts = true,
  timed = takeTime(state.config.testTime),
): ControllerParts {
  // Nodes without power are not like the others: they are counted one by one.
  const selector = createSelector(state, shortcuts && !state.config.power.enabled);
  const { priorities, limits, shares } = createAccounting(state, epoch);
  const context = { state, selector, limits, actions };
  const { testTime = noTestTimes } = state.config;
  const plain = shortcuts && !timed && PlainQueue.fits(state) ? new PlainQueue(context) : undefined;
  const main = new MainScheduler(context, plain, testTime.main);
  const backfill = new BackfillScheduler(context, !shortcuts, shortcuts, plain);
  const first = new FirstLook(context);
  return {
    selector,
    limits,
    priorities,
    main: (full) => main.pass(full),
    backfill: () => backfill.pass(),
    plans: () => backfill.plans,
    ...(timed ? { timed: timedSchedulers(context, main, testTime) } : {}),
    print: (what) =>
      what === "sprio" ? sprioLong(sprioRows(state, priorities), ({ label }) => label) : shares(),
    admit: (job) => admit(job, state, selector),
    firstLook: (job) => first.look(job),
  };
}

function timedSchedulers(
  context: SchedulerContext,
  main: MainScheduler,
  testTime: TestTimes,
): TimedSchedulers {
  return {
    main: (full, now) => {
      main.pass(full, now);
      return main.took;
    },
    backfill: new TimedBackfill(context, testTime.backfill),
  };
}
