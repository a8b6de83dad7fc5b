/**
 * Circles among things that wait for others, each as its members in order: each waits for the next, the last for the
 * first. Every strongly connected part that has circles shows at least one of them. Linear in things and waits; chains of
 * any length are gone through without recursion.
 */
export function findCircles(all: Iterable<number>, waitsFor: (one: number) => readonly number[]): number[][] {
  const circles: number[][] = [];
  /** Where on the path a thing stands; -1 when it has been left. */
  const place = new Map<number, number>();
  for (const start of all) {
    if (place.has(start)) continue;
    const path = [{ one: start, next: waitsFor(start), at: 0 }];
    place.set(start, 0);
    while (path.length > 0) {
      const top = path.at(-1)!;
      const other = top.next[top.at++];
      if (other === undefined) {
        place.set(top.one, -1);
        path.pop();
        continue;
      }
      const seen = place.get(other);
      if (seen === undefined) {
        place.set(other, path.length);
        path.push({ one: other, next: waitsFor(other), at: 0 });
      } else if (seen >= 0) circles.push(path.slice(seen).map(({ one }) => one));
    }
  }
  return circles;
}
