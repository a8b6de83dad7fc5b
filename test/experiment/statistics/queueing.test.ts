import { expect, it } from "vitest";
import { erlangC, meanWait, type Station, utilisation } from "../../../src/experiment/statistics/queueing.js";
import { lindleyMean, truth } from "../../support/lindley.js";

const station = (more: Partial<Station>): Station => ({
  rate: 0.5,
  arrivalCv: 1,
  service: 1,
  serviceCv: 1,
  servers: 1,
  ...more,
});

it.each([
  // By hand: one server waits with probability rho; two with a²/(2 + a) for a = 1; the third from the sums of Erlang's formula.
  [1, 0.7, 0.7],
  [2, 1, 1 / 3],
  [3, 2, 4 / 9],
])("Erlang's C of %d servers and a load of %d", (servers, a, expected) => {
  expect(erlangC(servers, a)).toBeCloseTo(expected, 12);
});

it("is finite where factorials are not", () => {
  expect(erlangC(5000, 4900)).toBeGreaterThan(0);
  expect(erlangC(5000, 4900)).toBeLessThan(1);
});

it("gives M/M/1, M/D/1 and M/G/1 their exact waits", () => {
  expect(meanWait(station({}))).toBeCloseTo(truth({ rate: 0.5, serviceRate: 1 }), 12);
  expect(meanWait(station({ serviceCv: 0 }))).toBeCloseTo(0.5, 12);
  // Pollaczek and Khinchine: lambda E[S²] / (2 (1 - rho)) with E[S²] = 1 + cv².
  expect(meanWait(station({ rate: 0.8, serviceCv: 2 }))).toBeCloseTo((0.8 * 5) / (2 * 0.2), 12);
  expect(
    Math.abs(lindleyMean({ rate: 0.5, serviceRate: 1 }, 200_000, "x") / meanWait(station({})) - 1),
  ).toBeLessThan(0.1);
});

it("waits for ever when more work comes than the servers do", () => {
  expect(meanWait(station({ rate: 3, servers: 3 }))).toBe(Infinity);
  expect(utilisation(station({ rate: 3, servers: 2 }))).toBe(1.5);
});
