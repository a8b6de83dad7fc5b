import { longer, row } from "./arrays";

/** The jobs in the order of the pass. */
export let jobs: i32 = 0;
/** Of each: nodes, seconds that it is taken to run, the class of its length. */
export let nodes = row<i32>(256);
export let seconds = row<i32>(256);
export let classOf = row<i32>(256);
/** The shortest of each class. */
let shortest = row<i32>(0);
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
export function setJobs(count: i32, classes: i32, apart: bool): bool {
  jobs = count;
  for (let i = 0; i < count; i++) {
    let at = classes - 1;
    while (at >= 0 && shortest[at] > seconds[i]) at--;
    if (at < 0 || (apart && shortest[at] !== seconds[i])) return false;
    classOf[i] = at;
  }
  return true;
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
