import { closest } from "../../core/suggest.js";
import { problems } from "../problems.js";
import { azureLlm } from "./azure-llm.js";
import type { Format, JobFormat, RequestFormat } from "./format.js";
import { jobCsv } from "./job-csv.js";
import { jobJsonl } from "./job-jsonl.js";
import { mooncake } from "./mooncake.js";
import { ragpulse } from "./ragpulse.js";
import { requestCsv } from "./request-csv.js";
import { requestJsonl } from "./request-jsonl.js";
import { sacct } from "./sacct/parser.js";
import { swf } from "./swf.js";

/** Formats of job traces by the name that a scenario gives as `format`. */
export const jobFormats: Readonly<Record<string, JobFormat>> = { swf, sacct, csv: jobCsv, jsonl: jobJsonl };

/** Formats of request traces by the name that a scenario gives as `format`. */
export const requestFormats: Readonly<Record<string, RequestFormat>> = {
  "azure-llm": azureLlm,
  mooncake,
  ragpulse,
  csv: requestCsv,
  jsonl: requestJsonl,
};

/** What a trace holds, by its name and first line, for a caller that does not know; undefined when both or neither fit. */
export function sniffKind(file: string, firstLine: string): "jobs" | "requests" | undefined {
  // An ending that both kinds share, such as .csv, says nothing here.
  const jobs = shown(jobFormats, file, firstLine).length > 0;
  const requests = shown(requestFormats, file, firstLine).length > 0;
  return jobs === requests ? undefined : jobs ? "jobs" : "requests";
}

/**
 * The format of a file: the one asked for, else the one its name or first line shows.
 * @throws InputError when there is no such format, or when the file does not show its own.
 */
export function chooseFormat<Input, Batch>(
  formats: Readonly<Record<string, Format<Input, Batch>>>,
  file: string,
  firstLine: string,
  asked?: string,
): string {
  const names = Object.keys(formats);
  if (asked !== undefined) {
    if (Object.hasOwn(formats, asked)) return asked;
    throw problems.noSuchFormat(file, asked, names, closest(asked, names));
  }
  const found = sniff(formats, file, firstLine);
  if (found === undefined) throw problems.unknownFormat(file, firstLine, names);
  return found;
}

function sniff<Input, Batch>(
  formats: Readonly<Record<string, Format<Input, Batch>>>,
  file: string,
  firstLine: string,
): string | undefined {
  const fitting = shown(formats, file, firstLine);
  if (fitting.length === 1) return fitting[0];
  // A header of ours with an unknown or missing column still shows by the file's name; its columns are reported then.
  return fitting.length === 0 ? byEnding(formats, withoutGz(file), firstLine) : undefined;
}

/** The formats whose own ending the file has, else those that its first line fits. */
function shown<Input, Batch>(
  formats: Readonly<Record<string, Format<Input, Batch>>>,
  file: string,
  firstLine: string,
): string[] {
  const names = Object.keys(formats);
  const plain = withoutGz(file);
  const named = names.find((name) => formats[name]!.extensions.some((e) => plain.endsWith(e)));
  return named !== undefined ? [named] : names.filter((name) => formats[name]!.looksLike(firstLine));
}

function withoutGz(file: string): string {
  return file.toLowerCase().replace(/\.gz$/, "");
}

function byEnding<Input, Batch>(
  formats: Readonly<Record<string, Format<Input, Batch>>>,
  plain: string,
  firstLine: string,
): string | undefined {
  if (/\.(jsonl|ndjson)$/.test(plain) || firstLine.trimStart().startsWith("{"))
    return Object.hasOwn(formats, "jsonl") ? "jsonl" : undefined;
  return plain.endsWith(".csv") && Object.hasOwn(formats, "csv") ? "csv" : undefined;
}
