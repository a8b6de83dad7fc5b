import fc from "fast-check";
import { expect, it } from "vitest";
import { type ArrivalCursor, Phase, Simulation } from "../../src/core/simulation.js";

/** Arrivals at given times, handed over `chunk` at a time. */
function arrivalsAt(times: readonly number[], fire: (index: number) => void, chunk = 3): ArrivalCursor {
  let next = 0;
  let known = 0;
  return {
    nextTime: () =>
      next < known ? times[next]! : next === times.length ? Number.POSITIVE_INFINITY : Number.NaN,
    fire: () => fire(next++),
    refill: async () => {
      known = Math.min(times.length, known + chunk);
    },
  };
}

it("orders one instant by phase, and within a phase by insertion", async () => {
  const simulation = new Simulation();
  const seen: string[] = [];
  const says = (word: string) => simulation.handler((arg) => seen.push(`${word}${arg}`));
  const [observe, pass, timer, end] = [says("observe"), says("pass"), says("timer"), says("end")];
  simulation.at(5, Phase.Observe, observe, 1);
  simulation.at(5, Phase.Pass, pass, 1);
  simulation.at(5, Phase.Timer, timer, 1);
  simulation.at(5, Phase.End, end, 1);
  simulation.at(5, Phase.End, end, 2);
  simulation.arrivals(arrivalsAt([5, 5], (index) => seen.push(`arrival${index}`)));
  expect(await simulation.run()).toBe("drained");
  expect(seen).toEqual(["end1", "end2", "arrival0", "arrival1", "timer1", "pass1", "observe1"]);
  expect(simulation.now).toBe(5);
});

it("works off what a pass causes at the same instant in another round", async () => {
  const simulation = new Simulation();
  const seen: string[] = [];
  const end = simulation.handler(() => seen.push("end"));
  const pass = simulation.handler(() => {
    seen.push("pass");
    simulation.at(simulation.now, Phase.End, end);
  });
  const observe = simulation.handler(() => seen.push("observe"));
  simulation.at(1, Phase.Observe, observe);
  simulation.at(1, Phase.Pass, pass);
  await simulation.run();
  expect(seen).toEqual(["pass", "end", "observe"]);
});

it("merges sorted arrivals with events as sorting all of them by time and phase does", async () => {
  const time = fc.nat(20);
  await fc.assert(
    fc.asyncProperty(
      fc.array(time),
      fc.array(time),
      fc.array(fc.tuple(time, fc.constantFrom(0, 2, 3, 4))),
      async (a, b, events) => {
        const simulation = new Simulation();
        const seen: string[] = [];
        const note = simulation.handler((index) => seen.push(`event ${index} at ${simulation.now}`));
        const expected: { time: number; phase: number; word: string }[] = [];
        for (const [name, times] of [
          ["a", [...a].sort((x, y) => x - y)],
          ["b", [...b].sort((x, y) => x - y)],
        ] as const) {
          simulation.arrivals(arrivalsAt(times, (i) => seen.push(`${name} ${i} at ${simulation.now}`)));
          for (const [i, at] of times.entries())
            expected.push({ time: at, phase: Phase.Arrival, word: `${name} ${i} at ${at}` });
        }
        for (const [i, [at, phase]] of events.entries()) {
          simulation.at(at, phase as Phase, note, i);
          expected.push({ time: at, phase, word: `event ${i} at ${at}` });
        }
        await simulation.run();
        expected.sort((x, y) => x.time - y.time || x.phase - y.phase);
        expect(seen).toEqual(expected.map(({ word }) => word));
      },
    ),
  );
});

it("does not let an event at `until` happen, and leaves the clock there", async () => {
  const simulation = new Simulation();
  const seen: number[] = [];
  const note = simulation.handler((arg) => seen.push(arg));
  for (const time of [9, 10, 11]) simulation.at(time, Phase.End, note, time);
  expect(await simulation.run({ until: 10 })).toBe("until");
  expect(seen).toEqual([9]);
  expect(simulation.now).toBe(10);
});

it("lasts until its bound when the work drains before it", async () => {
  const simulation = new Simulation();
  simulation.at(
    3,
    Phase.End,
    simulation.handler(() => {}),
  );
  expect(await simulation.run({ until: 10 })).toBe("until");
  expect(simulation.now).toBe(10);
});

it("stops after a number of entities, and when it is interrupted", async () => {
  const make = () => {
    const simulation = new Simulation();
    let done = 0;
    const note = simulation.handler(() => {
      done++;
      simulation.at(simulation.now + 1, Phase.End, note);
    });
    simulation.at(0, Phase.End, note);
    return { simulation, done: () => done };
  };
  const few = make();
  expect(await few.simulation.run({ enough: () => few.done() === 4 })).toBe("entities");
  expect(few.simulation.now).toBe(3);
  const endless = make();
  let breaths = 0;
  expect(await endless.simulation.run({ breathe: async () => ++breaths === 2 })).toBe("interrupted");
});

it("cancels an event once, and only before it happens", async () => {
  const simulation = new Simulation();
  const seen: number[] = [];
  const note = simulation.handler((arg) => seen.push(arg));
  const first = simulation.at(1, Phase.End, note, 1);
  const second = simulation.at(2, Phase.End, note, 2);
  expect(simulation.cancel(second)).toBe(true);
  expect(simulation.cancel(second)).toBe(false);
  await simulation.run();
  expect(simulation.cancel(first)).toBe(false);
  expect(seen).toEqual([1]);
});

it("drains when only idle events are left, but lets them happen while others are to come", async () => {
  const simulation = new Simulation();
  const seen: string[] = [];
  const tick = simulation.idleHandler(() => {
    seen.push(`tick${simulation.now}`);
    simulation.at(simulation.now + 10, Phase.Timer, tick);
  });
  const work = simulation.handler(() => seen.push(`work${simulation.now}`));
  simulation.at(0, Phase.Timer, tick);
  simulation.at(15, Phase.End, work);
  simulation.arrivals(arrivalsAt([25], () => seen.push(`arrival${simulation.now}`)));
  expect(await simulation.run()).toBe("drained");
  expect(seen).toEqual(["tick0", "tick10", "work15", "tick20", "arrival25"]);
  expect(simulation.now).toBe(25);
});

it("lasts until its bound also when only idle events are left", async () => {
  const simulation = new Simulation();
  const tick = simulation.idleHandler(() => {
    simulation.at(simulation.now + 10, Phase.Timer, tick);
  });
  simulation.at(0, Phase.Timer, tick);
  expect(await simulation.run({ until: 100 })).toBe("until");
  expect(simulation.now).toBe(100);
});
