/**
 * A number with a fixed count of decimals as C prints it: a tie goes to the even digit, where `toFixed` goes up. The
 * two differ only for numbers that lie exactly half way, such as 37.5 or 0.625.
 */
export function printed(value: number, decimals: number): string {
  if (value === Number.POSITIVE_INFINITY) return "inf";
  const scaled = Math.abs(value) * 10 ** decimals;
  const tie = decimals <= 3 && scaled % 1 === 0.5 && (scaled / 10 ** decimals) * 10 ** decimals === scaled;
  if (!tie) return value.toFixed(decimals);
  const even = 2 * Math.round(scaled / 2);
  return ((value < 0 ? -even : even) / 10 ** decimals).toFixed(decimals);
}
