/** Why a row cannot be used. The texts are a promise: results and documentation name them. */
export const Reason = {
  fewFields: "fewer than 18 fields",
  wrongFields: "number of fields differs from the header",
  openQuote: "quote without end",
  notJson: "not a JSON object",
  notNumber: "not a number",
  notTime: "not a time",
  notSize: "not a size in bytes",
  notText: "not a name",
  notTasks: "tasks are not a list of {count, gpus, cpus, memory}",
  notCount: "not a count",

  badStatus: "status is not one of -1 to 5",
  partialRecord: "partial execution record",
  unknownSubmit: "unknown submit time",
  negativeSubmit: "negative submit time",
  unknownRun: "unknown run time",
  cancelledUnknown: "cancelled at an unknown time",
  cancelBeforeSubmit: "cancelled before it was submitted",
  noProcessors: "no processors asked for",
  nothingAsked: "asks for nothing",
  uneven: "GPUs do not divide evenly by tasks or nodes",
  tasksAndTotals: "tasks listed beside totals",
  contradiction: "gpus contradicts nodes and gpus_per_node",
  tooLarge: "larger than any machine",

  unknownArrival: "unknown arrival time",
  negativeArrival: "negative arrival time",
  noInput: "no input tokens",
  noOutput: "no output tokens",
  notHashes: "not a list of hash ids",
  hashCount: "hash_ids do not match the prompt length",
  unknownComponent: "component without a length",
  notContent: "not runs of token addresses",
  contentLength: "content does not match the tokens",
  contentTwice: "content beside a session or prefix",
  noPrefix: "prefix without its tokens",
  prefixLength: "prefix does not fit the prompt",
} as const;

/** Reasons that say that the row is not written in the format, rather than that its content cannot be used. */
export const MALFORMED: ReadonlySet<string> = new Set([
  Reason.fewFields,
  Reason.wrongFields,
  Reason.openQuote,
  Reason.notJson,
  Reason.notNumber,
  Reason.notTime,
  Reason.notSize,
  Reason.notText,
  Reason.notTasks,
  Reason.notCount,
  Reason.notHashes,
  Reason.notContent,
]);

/** What was changed in a row that is used. */
export const Adjusted = {
  estimateFromRun: "no estimate: run time used",
  estimateCut: "estimate cut at the maximum",
  runCut: "run time cut at the maximum",
  runFromEstimate: "cancelled while pending: estimate used as run time",
  widthFromAllocated: "no requested processors: allocated ones used",
  widthFromRequested: "no allocated processors: requested ones used",
  extraColumns: "extra columns ignored",
  dependency: "preceding job ignored",
  sessionAnew: "session starts anew: the prompt is shorter than what came before",
} as const;
