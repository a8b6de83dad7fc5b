import { without } from "./machine.js";
import { ShapeMemory } from "./memory.js";
import { expectedEnd, type RefJob, type Scheduler, type World } from "./world.js";

/**
 * EASY from the words of its rule. With `remember`, whoever was refused is asked again only after an end, or when the
 * head or its reserved time has passed.
 */
export function easy(order: "fcfs" | "sjf", remember: boolean): Scheduler {
  const memory = new ShapeMemory(remember);
  const refused = new Set<RefJob>();
  let reservation: { head: RefJob; shadow: number } | undefined;

  return (world, happened) => {
    memory.hear(happened);
    for (let head = world.queue[0]; head !== undefined; head = world.queue[0]) {
      const parts = memory.place(world, head);
      if (parts === undefined) break;
      world.start(head, parts);
    }
    const [head, ...behind] = world.queue;
    if (head === undefined) return;

    const stale =
      !remember ||
      reservation?.head !== head ||
      reservation.shadow < world.now ||
      happened.some(({ kind }) => kind === "end");
    if (stale) {
      refused.clear();
      reservation = { head, shadow: shadowTime(world, head) };
    }
    const { shadow } = reservation!;
    if (order === "sjf")
      behind.sort((a, b) => (a.estimate === b.estimate ? a.id - b.id : a.estimate - b.estimate));
    for (const job of behind) {
      if (refused.has(job)) continue;
      const parts = memory.place(world, job);
      const allowed =
        parts !== undefined &&
        (world.now + job.estimate <= shadow ||
          world.place(without(freeAt(world, shadow), parts), head) !== undefined);
      if (allowed) world.start(job, parts);
      else refused.add(job);
    }
  };
}

/** A job past its estimate is expected to end now. */
function freeAt(world: World, time: number) {
  const stays = (job: RefJob) => Math.max(expectedEnd(job), world.now) > time;
  const due = (job: RefJob) =>
    world.setting.ties === "pyss" && job.end === world.now && expectedEnd(job) <= world.now;
  return world.nodes((job) => stays(job) && !due(job));
}

function shadowTime(world: World, head: RefJob): number {
  const times = world.running.map((job) => Math.max(expectedEnd(job), world.now)).sort((a, b) => a - b);
  return times.find((time) => world.place(freeAt(world, time), head) !== undefined) ?? Infinity;
}
