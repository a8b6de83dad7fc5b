import { longer, row } from "./arrays";

/** The jobs in the order of the pass. */
export let jobs: i32 = 0;
/** Of each: nodes, seconds that it is taken to run, the class of its length. */
export let nodes = row<i32>(256);
export let seconds = row<i32>(256);
export let classOf = row<i32>(256);
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

export function setLength(count: i32): void {
  jobs = count;
}

export function queueNodesAt(): usize {
  return nodes.at;
}
export function secondsAt(): usize {
  return seconds.at;
}
export function classesAt(): usize {
  return classOf.at;
}
export function vacanciesAt(): usize {
  return vacancies.at;
}
