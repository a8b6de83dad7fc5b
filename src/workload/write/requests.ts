import type { RequestBatch } from "../batch.js";
import { ADDRESSES_PER_SOURCE } from "../content.js";
import type { RequestNames, TraceOrigin } from "../stream.js";
import { csvCell, idText, idValue, type RowWriter, seconds } from "./writer.js";

/** Writers of request traces by format name. */
export const requestWriters: Readonly<
  Record<"azure-llm" | "csv" | "jsonl", (names: RequestNames) => RowWriter<RequestBatch>>
> = {
  "azure-llm": () => new AzureWriter(),
  csv: (names) => ({
    header: ({ content, urgency }) =>
      `id,arrival,input_tokens,output_tokens,tenant${urgency ? ",priority,ttft_slo,e2e_slo" : ""}${content ? ",content" : ""}\n`,
    row: (batch, i, { content, urgency }) => {
      const cells = [
        csvCell(idText(names.ids, batch.id[i]!)),
        seconds(batch.arrival[i]!),
        batch.inputTokens[i],
        batch.outputTokens[i],
        csvCell(names.tenants.name(batch.tenant[i]!)),
      ];
      if (urgency) cells.push(batch.priority[i], target(batch.ttftSlo[i]!), target(batch.e2eSlo[i]!));
      if (content) cells.push(contentText(batch, i));
      return cells.join(",");
    },
  }),
  jsonl: (names) => ({
    header: () => "",
    row: (batch, i) => {
      const content = contentText(batch, i);
      const row = {
        id: idValue(names.ids, batch.id[i]!),
        arrival: Number(seconds(batch.arrival[i]!)),
        input_tokens: batch.inputTokens[i],
        output_tokens: batch.outputTokens[i],
      };
      const tenant = batch.tenant[i]!;
      return JSON.stringify({
        ...row,
        ...(tenant < 0 ? {} : { tenant: names.tenants.name(tenant) }),
        ...(batch.priority[i] === 0 ? {} : { priority: batch.priority[i] }),
        ...(Number.isFinite(batch.ttftSlo[i]) ? { ttft_slo: Number(target(batch.ttftSlo[i]!)) } : {}),
        ...(Number.isFinite(batch.e2eSlo[i]) ? { e2e_slo: Number(target(batch.e2eSlo[i]!)) } : {}),
        ...(content === "" ? {} : { content }),
      });
    },
  }),
};

/** A request's own target; empty for none. */
function target(micros: number): string {
  return Number.isFinite(micros) ? seconds(micros) : "";
}

/** The runs of token addresses of a row, as `address+tokens`, counted within its source. */
function contentText(batch: RequestBatch, i: number): string {
  const runs: string[] = [];
  for (let k = batch.runStart(i); k < batch.runEnd[i]!; k++)
    runs.push(`${batch.runAddress[k]! % ADDRESSES_PER_SOURCE}+${batch.runTokens[k]}`);
  return runs.join(" ");
}

/** 2024-01-01: the calendar of traces that have none. */
const DEFAULT_EPOCH = 1_704_067_200;

/** Ids and tenants have no column there; times are on the calendar, in steps of 100 ns. */
class AzureWriter implements RowWriter<RequestBatch> {
  #epoch = DEFAULT_EPOCH;

  header(origin: TraceOrigin): string {
    this.#epoch = origin.epoch ?? DEFAULT_EPOCH;
    return "TIMESTAMP,ContextTokens,GeneratedTokens\n";
  }

  row(batch: RequestBatch, i: number): string {
    const micros = batch.arrival[i]!;
    const second = Math.floor(micros / 1e6);
    const [day, time] = new Date((this.#epoch + second) * 1000).toISOString().split("T") as [string, string];
    const fraction = String(micros - second * 1e6).padStart(6, "0");
    return `${day} ${time.slice(0, 8)}.${fraction}0,${batch.inputTokens[i]},${batch.outputTokens[i]}`;
  }
}
