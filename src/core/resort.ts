/** As many steps an item of a list are spent on moving what is out of order before all of it is sorted. */
const patience = 8;

/**
 * Sorts a list that was in order once and is nearly so still: one look at each item and the one before it, and a step for
 * each that it has to pass. As stable as `sort`, which takes over when much has moved. Answers whether anything has.
 */
export function resort<T>(list: T[], compare: (a: T, b: T) => number): boolean {
  const most = patience * list.length;
  let steps = 0;
  for (let i = 1; i < list.length; i++) {
    const item = list[i]!;
    let at = i;
    for (; at > 0 && compare(list[at - 1]!, item) > 0; at--) list[at] = list[at - 1]!;
    if (at === i) continue;
    list[at] = item;
    steps += i - at;
    if (steps > most) {
      list.sort(compare);
      break;
    }
  }
  return steps > 0;
}
