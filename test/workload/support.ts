import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect } from "vitest";
import { sbatchReader } from "../../src/cluster/slurm/request/reading.js";
import { InputError, type Problem } from "../../src/core/errors.js";
import { Names } from "../../src/core/names.js";
import { Shapes } from "../../src/fleet/shape.js";
import type { RequestBatch } from "../../src/workload/batch.js";
import type { JobContext, JobRows, RequestNames, RequestRows } from "../../src/workload/stream.js";
import { scratchFolder } from "../support/scratch.js";

export function jobContext(): JobContext {
  const names = {
    ids: new Names(),
    users: new Names(),
    accounts: new Names(),
    queues: new Names(),
    submissions: new Names(),
  };
  return { names, shapes: new Shapes(), submissions: sbatchReader() };
}

export function requestNames(): RequestNames {
  return { ids: new Names(), tenants: new Names() };
}

/** A trace that lies in memory, handed over in chunks of the given size. */
export function inMemory(content: string | Uint8Array, chunk = 1 << 16, name = "test") {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += chunk) chunks.push(bytes.slice(at, at + chunk));
  return { stream: Readable.from(chunks), name };
}

/** A trace in a folder of its own. */
export function onDisk(content: string | Uint8Array, name: string): { path: string; name: string } {
  const path = join(scratchFolder(), name);
  writeFileSync(path, content);
  return { path, name };
}

export interface JobRecord {
  id: string;
  submit: number;
  run: number;
  estimate: number;
  cancel: number;
  recordedStart: number;
  shape: { groups: unknown; gpuType: string | undefined; exclusive: boolean; spread: boolean };
  user: string;
  account: string;
  queue: string;
}

/** Every row of one replay, with names instead of numbers. */
export async function jobRecords(rows: JobRows, context: JobContext): Promise<JobRecord[]> {
  const { ids, users, accounts, queues } = context.names;
  const all: JobRecord[] = [];
  const stream = rows.open();
  for (let batch = await stream.next(); batch; batch = await stream.next())
    for (let i = 0; i < batch.length; i++) {
      const { groups, gpuType, exclusive, spread } = context.shapes.get(batch.shape[i]!);
      const id = batch.id[i]!;
      all.push({
        id: id < 0 ? ids.name(-1 - id) : String(id),
        submit: batch.submit[i]!,
        run: batch.run[i]!,
        estimate: batch.estimate[i]!,
        cancel: batch.cancel[i]!,
        recordedStart: batch.recordedStart[i]!,
        shape: { groups, gpuType, exclusive, spread },
        user: users.name(batch.user[i]!),
        account: accounts.name(batch.account[i]!),
        queue: queues.name(batch.queue[i]!),
      });
    }
  await stream.close();
  return all;
}

export interface RequestRecord {
  id: string;
  arrival: number;
  inputTokens: number;
  outputTokens: number;
  tenant: string;
  /** Runs of token addresses, when there are any. */
  content?: [address: number, tokens: number][];
  /** Where it is not 0, none and none. */
  urgency?: [priority: number, ttftSlo: number, e2eSlo: number];
}

export async function requestRecords(rows: RequestRows, names: RequestNames): Promise<RequestRecord[]> {
  const all: RequestRecord[] = [];
  const stream = rows.open();
  for (let batch = await stream.next(); batch; batch = await stream.next())
    for (let i = 0; i < batch.length; i++) {
      const id = batch.id[i]!;
      all.push({
        id: id < 0 ? names.ids.name(-1 - id) : String(id),
        arrival: batch.arrival[i]!,
        inputTokens: batch.inputTokens[i]!,
        outputTokens: batch.outputTokens[i]!,
        tenant: names.tenants.name(batch.tenant[i]!),
        ...contentOf(batch, i),
        ...urgencyOf(batch, i),
      });
    }
  await stream.close();
  return all;
}

function contentOf(batch: RequestBatch, row: number): Pick<RequestRecord, "content"> {
  const content: RequestRecord["content"] = [];
  for (let k = batch.runStart(row); k < batch.runEnd[row]!; k++)
    content.push([batch.runAddress[k]!, batch.runTokens[k]!]);
  return content.length === 0 ? {} : { content };
}

function urgencyOf({ priority, ttftSlo, e2eSlo }: RequestBatch, row: number): Pick<RequestRecord, "urgency"> {
  const own: RequestRecord["urgency"] = [priority[row]!, ttftSlo[row]!, e2eSlo[row]!];
  const none = [0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  return own.every((value, i) => value === none[i]) ? {} : { urgency: own };
}

/** The problems that reading ends with; fails when it does not end with an InputError. */
export async function problemsOf(reading: Promise<unknown>): Promise<readonly Problem[]> {
  const error = await reading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  return (error as InputError).problems;
}

export function sum(counts: Record<string, { count: number }>): number {
  return Object.values(counts).reduce((total, { count }) => total + count, 0);
}
