import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PowerClock } from "../../../../src/cluster/slurm/power/clock.js";
import { Rate } from "../../../../src/cluster/slurm/power/rate.js";

function looks(clock: PowerClock, until: number): number[] {
  const times: number[] = [];
  for (let second = 0; second <= until; second++) {
    const look = clock.first(second);
    if (look <= until && times.at(-1) !== look) times.push(look);
  }
  return times;
}

describe("when the power thread looks", () => {
  it("every ten seconds while nothing changes", () => {
    expect(looks(new PowerClock(0, 10, 0), 45)).toEqual([10, 20, 30, 40]);
  });

  it("at the next second after a change, and ten seconds after that", () => {
    const clock = new PowerClock(0, 10, 0);
    clock.changed(3.2);
    expect(looks(clock, 30)).toEqual([4, 14, 24]);
  });

  it("once more when the change was in the second of a look", () => {
    const clock = new PowerClock(0.7, 10, 0);
    clock.changed(10.5);
    expect(looks(clock, 31)).toEqual([10.7, 11.7, 21.7]);
  });

  it("at times of whole microseconds, which the simulation's clock can show", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -9999, max: 9999 }),
        fc.integer({ min: 0, max: 1e6 }),
        (phase, second) => {
          const clock = new PowerClock(phase / 1000, 1, 0);
          const look = clock.first(second);
          expect(look).toBe(Math.round(look * 1e6) / 1e6);
          // The look is made when the clock shows its time.
          clock.advance(look, () => {});
          expect(clock.first(0)).toBeGreaterThan(look);
        },
      ),
    );
  });

  it("no more often than power_save_min_interval, no less than power_save_interval", () => {
    const clock = new PowerClock(0, 30, 20);
    clock.changed(3);
    expect(looks(clock, 90)).toEqual([20, 50, 80]);
  });

  it("tells how many looks there were, however long nothing happened", () => {
    const clock = new PowerClock(0, 10, 0);
    const told: number[][] = [];
    clock.advance(1_000_005, (...look) => told.push(look));
    expect(told).toEqual([[10, 100_000]]);
  });
});

describe("a rate of nodes in a minute", () => {
  it("lets through what w-power-rates shows: two at once, then one at each third look", () => {
    const rate = new Rate(2);
    const woken: number[] = [];
    for (const seconds of [60, 1, 10, 10, 10, 10, 10, 1, 10, 10, 10]) {
      rate.look(seconds);
      let count = 0;
      for (; !rate.reached && count < 6; count++) rate.take();
      woken.push(count);
    }
    expect(woken).toEqual([2, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1]);
  });

  it("of 0 is none", () => {
    const rate = new Rate(0);
    for (let i = 0; i < 1000; i++) rate.take();
    expect(rate.reached).toBe(false);
  });
});
