import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { InputError } from "../core/errors.js";
import { Act, DecisionLog } from "../experiment/compare/decision-log.js";

/** What this reader uses of a line of `journal.jsonl`. */
interface Line {
  t: number;
  type: string;
  id?: string;
  user?: string;
  gpus?: number;
  cpus?: number;
  replica?: boolean | number;
  reason?: string;
  nodes?: string;
  service?: string;
  tenant?: string;
  input?: number;
}

/**
 * The decisions of a saved run, from its journal.
 *
 * @throws InputError `run/damaged` with the line that cannot be read
 */
export async function readDecisions(journal: string): Promise<DecisionLog> {
  const log = new DecisionLog();
  // Numbers by name; a name that comes again stands for the later one.
  const jobs = new Map<string, number>();
  const requests = new Map<string, { number: number; replica: string }>();
  let row = 0;
  for await (const text of createInterface({ input: createReadStream(journal), crlfDelay: Infinity })) {
    row++;
    const line = parse(text, journal, row);
    const id = line.id ?? "";
    const job = jobs.get(id) ?? -1;
    const request = requests.get(id) ?? { number: -1, replica: "" };
    switch (line.type) {
      case "submit": {
        const kind = line.replica === true ? "replica" : "job";
        const size = line.gpus || line.cpus || 0;
        jobs.set(id, log.subject({ kind, id, tenant: line.user ?? "", size }));
        break;
      }
      case "reason":
        log.hold(line.t, job, line.reason ?? "");
        break;
      case "start":
        log.decide(line.t, job, Act.Start, line.nodes);
        break;
      case "preempt":
        log.decide(line.t, job, Act.Preempt);
        break;
      case "request-arrive": {
        const subject = { id: `${line.service} ${id}`, tenant: line.tenant ?? "", size: line.input ?? 0 };
        requests.set(id, { number: log.subject({ kind: "request", ...subject }), replica: "" });
        break;
      }
      case "route":
        request.replica = String(line.replica);
        break;
      case "request-reason":
        log.hold(line.t, request.number, line.reason ?? "");
        break;
      case "request-schedule":
        log.decide(line.t, request.number, Act.Start, `replica ${request.replica}`);
        break;
      case "request-preempt":
        log.decide(line.t, request.number, Act.Preempt);
        break;
    }
  }
  return log;
}

function parse(text: string, file: string, line: number): Line {
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError({
      code: "run/damaged",
      message: "this line of the journal is not JSON",
      at: { file, line, column: 1, length: Math.max(1, text.length), text },
      hint: "run the scenario again, or compare with --no-decisions",
    });
  }
}
