import { both, type Part, without } from "./machine.js";
import { expectedEnd, type RefJob, type Scheduler, type World } from "./world.js";

interface Stay {
  from: number;
  until: number;
  parts: Part[];
}

/** Conservative backfilling over a list of stays, each search sampling every instant at which something changes. */
export function conservative(): Scheduler {
  const reserved = new Map<RefJob, Stay>();

  return (world, happened) => {
    const { now } = world;
    for (const { kind, job } of happened) if (kind === "cancel") reserved.delete(job);
    const late = happened.some(({ kind, job }) => kind === "end" && expectedEnd(job) < now);
    const early = happened.some(
      ({ kind, job }) => kind === "cancel" || (kind === "end" && expectedEnd(job) > now),
    );
    const overdue = world.running.some((job) => expectedEnd(job) < now);

    if (overdue || late) reserved.clear();
    for (const job of world.queue) {
      const stay = reserved.get(job);
      if (stay !== undefined && !early) continue;
      reserved.delete(job);
      const found = earliest(world, job, [...reserved.values()]);
      reserved.set(job, stay !== undefined && stay.from <= found.from ? stay : found);
    }

    for (const job of [...world.queue]) {
      const stay = reserved.get(job)!;
      if (stay.from > now || !free(world, stay.parts, job)) continue;
      reserved.delete(job);
      world.start(job, stay.parts);
    }
    const next = Math.min(...[...reserved.values()].map((stay) => stay.from).filter((from) => from > now));
    if (next < Infinity && !overdue) world.wake(next);
  };
}

function free(world: World, parts: Part[], job: RefJob): boolean {
  const nodes = world.free();
  if (job.shape.exclusive && parts.some((part) => nodes[part.node]!.jobs > 0)) return false;
  return without(nodes, parts).every((node) => node.gpus >= 0 && node.cpus >= 0 && node.memory >= 0);
}

function earliest(world: World, job: RefJob, reserved: Stay[]): Stay {
  const { now } = world;
  const running = world.running.map((other) => ({
    from: now,
    until: expectedEnd(other) < now ? now + 1 : expectedEnd(other),
    parts: other.parts,
  }));
  const stays = [...running, ...reserved];
  const instants = [...new Set([now, ...stays.flatMap((stay) => [stay.from, stay.until])])]
    .filter((time) => time >= now && time < Infinity)
    .sort((a, b) => a - b);
  const freeAt = (time: number) =>
    stays
      .filter((stay) => stay.from <= time && time < stay.until)
      .reduce((nodes, stay) => without(nodes, stay.parts), world.capacity);
  for (const from of instants) {
    const until = from + job.estimate;
    const throughout = instants
      .filter((time) => time > from && time < until)
      .reduce((nodes, time) => both(nodes, freeAt(time)), freeAt(from));
    const parts = world.place(throughout, job);
    if (parts !== undefined) return { from, until, parts };
  }
  return { from: Infinity, until: Infinity, parts: [] };
}
