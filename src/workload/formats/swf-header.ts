import type { TraceOrigin } from "../stream.js";

const LABEL = /^;\s*([A-Za-z]+)\s*:\s*(.*?)\s*$/;

/** Takes what the simulation can use from a `; Label: value` comment; other comments mean nothing to it. */
export function readSwfHeader(comment: string, origin: TraceOrigin): void {
  const [, label, value = ""] = LABEL.exec(comment) ?? [];
  switch (label) {
    // MaxProcs is the machine's size; MaxNodes stands in when it is not given, whichever comes first in the file.
    case "MaxProcs":
      setSize(origin, value);
      return;
    case "MaxNodes":
      if (origin.machineSize === undefined) setSize(origin, value);
      return;
    case "UnixStartTime": {
      const epoch = Number.parseInt(value, 10);
      if (epoch > 0) origin.epoch = epoch;
      return;
    }
    case "TimeZoneString":
      if (value !== "") origin.timeZone = value;
  }
}

function setSize(origin: TraceOrigin, value: string): void {
  const size = Number.parseInt(value, 10);
  if (size > 0) origin.machineSize = size;
}
