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
  return Array.from({ length: 60 }, (_, i) => decayPhase(name) - 180 + 60 * i);
}

const phases: Record<string, number> = {
  "t-tres-limits": 25.3,
  "t-tres-limits-safe": 24.3,
  "v-mixed-end-to-end": 25.2,
  "w-accrue-limits": 13.3,
  "w-association-limits": 13.3,
};
