/** The same value for every word of a text. */
export function words<T>(value: T, text: string): Record<string, T> {
  return Object.fromEntries(
    text
      .trim()
      .split(/\s+/)
      .map((word) => [word, value]),
  );
}
