/**
 * A number with a fixed count of decimals as C prints it: a tie goes to the even digit, where `toFixed` goes away from
 * zero. The two differ only for numbers that lie exactly half way, such as 62.5.
 */
export function printed(value: number, decimals: number): string {
  if (value === Number.POSITIVE_INFINITY) return "inf";
  const rounded = value.toFixed(decimals);
  // 25 digits more than wanted show any binary fraction that is not exactly half way.
  const rest = value.toFixed(decimals + 25).slice(-25);
  if (!/^50+$/.test(rest)) return rounded;
  const last = Number(rounded.at(-1));
  return last % 2 === 0 ? rounded : value.toFixed(decimals + 25).slice(0, decimals === 0 ? -26 : -25);
}
