import { describe, expect, it } from "vitest";
import { readRequests } from "../../../src/workload/read.js";
import { inMemory, problemsOf, requestNames, requestRecords } from "../support.js";

const NEVER = Number.POSITIVE_INFINITY;

async function read(lines: string[]) {
  const names = requestNames();
  const rows = await readRequests(inMemory(`${lines.join("\n")}\n`), names);
  return { rows, urgency: (await requestRecords(rows, names)).map(({ urgency }) => urgency) };
}

describe("priority and targets of requests", () => {
  const header = "arrival,input_tokens,output_tokens,priority,ttft_slo,deadline";
  const lines = ["0,10,5,-3,0.5,2m", "1,10,5,,,", "2,10,5,7,,1500ms"];
  const meaning = [[-3, 500_000, 120_000_000], undefined, [7, NEVER, 1_500_000]];

  it("are columns of our CSV; an empty cell is none", async () => {
    expect((await read([header, ...lines])).urgency).toEqual(meaning);
  });

  it("are keys of our JSON Lines", async () => {
    const { urgency } = await read([
      '{"arrival":0,"input_tokens":10,"output_tokens":5,"priority":-3,"ttft_slo":0.5,"e2e_slo":"2m"}',
      '{"arrival":1,"input_tokens":10,"output_tokens":5,"ttft_slo":null}',
      '{"arrival":2,"input_tokens":10,"output_tokens":5,"priority":7,"deadline":1.5}',
    ]);
    expect(urgency).toEqual(meaning);
  });

  it("that cannot be are dropped under their reason", async () => {
    const { rows } = await read([
      header,
      ...Array.from({ length: 5 }, (_, i) => `${i},10,5,,,`),
      "5,10,5,high,,",
      "6,10,5,1.5,,",
      "7,10,5,3000000000,,",
      "8,10,5,,soon,",
      "9,10,5,,,0",
      "9,10,5,,-1s,",
    ]);
    expect(
      Object.fromEntries(Object.entries(rows.counts.dropped).map(([k, { lines: at }]) => [k, at])),
    ).toEqual({
      "not a number": [7, 8],
      "priority beyond 32 bits": [9],
      "not a time": [10, 12],
      "target that is not above 0": [11],
    });
    const [problem] = await problemsOf(
      readRequests(inMemory(`${header}\n0,10,5,high,,\n`), requestNames(), { strict: true }),
    );
    expect(problem).toMatchObject({ code: "trace/bad-row", at: { line: 2, column: 8, length: 4 } });
  });
});
