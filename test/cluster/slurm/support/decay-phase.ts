/**
 * When the decay thread ran in each recording: seconds after a whole minute. Nothing logged it; of the sixty possible
 * phases one explains every number that sprio and sshare printed. The fraction orders a tick and what happened in the
 * same second.
 */
export function decayPhase(name: string): number {
  return phases[name] ?? 21.3;
}

/** All ticks of a recording. */
export function decayTicks(name: string): number[] {
  const [usual, meant] = shifted[name] ?? [];
  return Array.from({ length: 60 }, (_, i) => Math.round((decayPhase(name) - 180 + 60 * i) * 10) / 10).map(
    (tick) => (tick === usual ? meant! : tick),
  );
}

const phases: Record<string, number> = {
  "t-tres-limits": 25.3,
  "t-tres-limits-safe": 24.3,
  "v-mixed-end-to-end": 25.2,
  "w-accrue-limits": 13.3,
  "w-association-limits": 13.3,
  "w-depth-oblivious": 14.3,
  "w-fair-tree-parent": 15.3,
  "w-priority-flags": 13.3,
  "w-run-minutes": 5.3,
  "w-usage-threshold": 13.3,
  "y-usage-reset-daily": 13.3,
  "y-usage-reset-now": 13.3,
  "y-usage-reset-weekly": 13.3,
  "y-usage-reset-monthly": 13.3,
  "y-usage-reset-quarterly": 13.3,
  "y-usage-reset-yearly": 13.4,
  "z-usage-before": 13.3,
};

/** One tick of the recording that was a second off. */
const shifted: Record<string, [usual: number, meant: number]> = {
  "d-multifactor-small-relative": [441.3, 442.3],
  "w-fair-tree-parent": [75.3, 74.3],
  "w-priority-flags": [133.3, 134.3],
};
