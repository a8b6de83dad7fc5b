/**
 * A backfill pass over jobs that all ask for a number of whole nodes and nothing else, as far as it is a matter of
 * counting: what `WholeNodesPass` has it do. AssemblyScript; times are seconds from the pass's present on.
 */
import * as borders from "./borders";
import * as candidates from "./candidates";
import * as clock from "./clock";
import * as cluster from "./cluster";
import * as feasible from "./feasible";
import * as nodePlans from "./node-plans";
import * as queue from "./queue";
import * as releases from "./releases";
import * as running from "./running";
import * as search from "./search";
import * as spans from "./spans";
import * as stretches from "./stretches";
import * as tightest from "./tightest";
import * as timetable from "./timetable";
import * as told from "./told";

export { classEndsAt } from "./candidates";
export { setPresent } from "./clock";
export { availAt, idleAt } from "./cluster";
export { lengthsAt } from "./feasible";
export * from "./inspect";
export {
  insert as queueCame,
  queueNodesAt,
  remove as queueLeft,
  reserve as reserveQueue,
  secondsAt,
  setJobs,
  shortestAt,
  vacanciesAt,
} from "./queue";
export { expectedAt, insert as came, remove as left } from "./running";
export { nodesAt, reserve as reserveNodes } from "./told";

/** What `run` stops for. */
const atEnd: i32 = 0;
const atStart: i32 = 1;
const atUntested: i32 = 2;

/** bf_max_job_test, as far as it can be reached, and bf_node_space_size. */
let mostTests: i32 = 0;
let mostRecords: i32 = 0;
let tests: i32 = 0;
let planned: bool = false;
let place: i32 = 0;

export function allocate(nodes: i32, slots: i32, classes: i32, resolution: i32): void {
  cluster.allocate(nodes);
  stretches.allocate();
  nodePlans.allocate();
  spans.allocate();
  releases.allocate();
  tightest.allocate(nodes);
  borders.allocate(slots);
  feasible.allocate(slots, classes, nodes);
  candidates.allocate(classes);
  queue.allocate(classes);
  search.allocate(classes);
  timetable.allocate(slots);
  clock.setResolution(resolution);
}

/** The present is so many seconds later. Answers the number of nodes that running jobs hold. */
export function advance(passed: i32): i32 {
  running.advance(passed);
  return running.held;
}

/** A pass over the queue that was told, with so many classes of limits. */
export function begin(classes: i32, maxTests: i32, maxRecords: i32): void {
  mostTests = queue.jobs > maxTests ? maxTests : i32.MAX_VALUE;
  mostRecords = maxRecords;
  tests = 0;
  planned = false;
  place = 0;
  timetable.reset(classes);
}

/** Goes on with the job at `at()`, and stops where one could start or has to be looked at by itself. */
export function run(): i32 {
  for (; place < queue.jobs; next()) {
    if (tests >= mostTests || (planned && !candidates.anyFrom(place))) return atEnd;
    if (queue.vacancies[place] === 0) return atUntested;
    if (find(false) === 0) return atStart;
    if (!plan()) return atEnd;
  }
  return atEnd;
}

/** Has a job been planned for later? */
export function plans(): bool {
  return planned;
}

export function at(): i32 {
  return place;
}

/** Looks for a place for the job at `at()`. Answers when it could start, -1 for never. */
export function find(exhaustive: bool): i32 {
  search.find(queue.nodes[place], queue.seconds[place], queue.classOf[place], exhaustive);
  return search.start;
}

export function tested(): bool {
  return search.tested;
}

/** Where the words are of the nodes that the job could use. */
export function usableAt(): usize {
  return spans.free.at + 8 * search.usable * cluster.words;
}

/** Plans the job where it was found a place, if it was. False when the plan is full. */
export function plan(): bool {
  const start = search.start;
  if (start < 0 || start > clock.window) return true;
  planned = true;
  if (borders.records >= mostRecords) return false;
  timetable.take(start, start + queue.seconds[place]);
  return true;
}

/** The job has started, and keeps its nodes until its limit: it is at this place, and its nodes are what was told last. */
export function start(among: i32): void {
  told.toRuns(running.sizes[among]);
  // It had nodes that nobody held, so that the plan does not ask for the numbers of jobs.
  if (borders.records < mostRecords) timetable.take(0, running.ends[among]);
  else nodePlans.cutRuns();
  // Unless the pass goes on nobody asks whose nodes they are.
  if (!planned || candidates.anyFrom(place + 1)) timetable.enter(among);
}

/** Goes to the next job. */
export function next(): void {
  if (mostTests < i32.MAX_VALUE && search.isTested(queue.nodes[place], queue.seconds[place])) tests++;
  place++;
}
