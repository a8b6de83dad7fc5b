import { longer, move, row } from "./arrays";

/** The jobs in the order of the pass. */
export let jobs: i32 = 0;
/** Of each: nodes, seconds that it is taken to run, the class of its length. */
export let nodes = row<i32>(256);
export let seconds = row<i32>(256);
export let classOf = row<i32>(256);
/** The shortest of each class; whether all of a class are as short. */
let shortest = row<i32>(0);
let classes: i32 = 0;
let apart: bool = false;
/** Vacant nodes without which it is not worth a look: none for jobs that any test changes. */
export let vacancies = row<i32>(256);

export function reserve(count: i32): void {
  while (nodes.length < count) {
    nodes = longer(nodes);
    seconds = longer(seconds);
    classOf = longer(classOf);
    vacancies = longer(vacancies);
  }
}

export function allocate(mostClasses: i32): void {
  shortest = row<i32>(mostClasses);
}

/** So many jobs, which were told, sorted into so many classes. False when one is shorter than all, or between two `apart`. */
export function setJobs(count: i32, classCount: i32, areApart: bool): bool {
  jobs = count;
  classes = classCount;
  apart = areApart;
  for (let i = 0; i < count; i++) if (!sortIn(i)) return false;
  return true;
}

/** A job comes to this place. False as above. */
export function insert(place: i32, nodeCount: i32, length: i32): bool {
  reserve(jobs + 1);
  const behind = jobs - place;
  move(nodes, place, place + 1, behind);
  move(seconds, place, place + 1, behind);
  move(classOf, place, place + 1, behind);
  move(vacancies, place, place + 1, behind);
  jobs++;
  nodes[place] = nodeCount;
  vacancies[place] = nodeCount;
  seconds[place] = length;
  return sortIn(place);
}

/** The job at this place leaves. */
export function remove(place: i32): void {
  const behind = --jobs - place;
  move(nodes, place + 1, place, behind);
  move(seconds, place + 1, place, behind);
  move(classOf, place + 1, place, behind);
  move(vacancies, place + 1, place, behind);
}

function sortIn(place: i32): bool {
  let at = classes - 1;
  while (at >= 0 && shortest[at] > seconds[place]) at--;
  classOf[place] = at;
  return at >= 0 && (!apart || shortest[at] === seconds[place]);
}

export function queueNodesAt(): usize {
  return nodes.at;
}
export function secondsAt(): usize {
  return seconds.at;
}
export function shortestAt(): usize {
  return shortest.at;
}
export function vacanciesAt(): usize {
  return vacancies.at;
}
