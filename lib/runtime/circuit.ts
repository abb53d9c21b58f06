import * as z from 'zod';

/** When a circuit opens and for how long. Times in milliseconds. */
export const CIRCUIT = {
  /** Failures are counted in windows of this length. */
  windowMs: 10_000,
  /** It opens at this many failures in a window ... */
  failures: 5,
  /** ... if they are at least this share of the calls that were reported with them. */
  share: 0.5,
  /** The first time it is open for so long; each time in a row twice as long, up to the longest. */
  openMs: 5000,
  longestOpenMs: 60_000,
  /** An opening later than this after the last closing is the first in a row again. */
  calmMs: 60_000,
} as const;

const Time = z.number();
/** Openings in a row. */
const openings = z.number().int().min(0);

/**
 * The state of one dependency as all instances share it; times in milliseconds since 1970. Closed: calls pass and failures
 * are counted. Open: nothing passes until `until`. Half-open: one call, the probe, is under way; if it gives no verdict
 * until `until`, another one may be.
 */
export const Circuit = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('closed'),
    openings,
    closedAt: Time,
    windowAt: Time,
    calls: z.number().int().min(0),
    failures: z.number().int().min(0),
  }),
  z.object({ state: z.literal('open'), openings, until: Time }),
  z.object({ state: z.literal('half-open'), openings, until: Time, probe: z.string() }),
]);
export type Circuit = z.output<typeof Circuit>;

export const newCircuit: Circuit = { state: 'closed', openings: 0, closedAt: 0, windowAt: 0, calls: 0, failures: 0 };

/** May a call go now? `probe`: one may, if it gets hold of the probe. `refuse`: milliseconds until it is worth a try. */
export type Admission = { readonly kind: 'pass' | 'probe' } | { readonly kind: 'refuse'; readonly waitMs: number };

export const admissionOf = (circuit: Circuit, now: number): Admission => {
  if (circuit.state === 'closed') return { kind: 'pass' };
  return now < circuit.until ? { kind: 'refuse', waitMs: circuit.until - now } : { kind: 'probe' };
};

const opened = (earlier: number, now: number): Circuit => ({
  state: 'open',
  openings: earlier + 1,
  until: now + Math.min(CIRCUIT.openMs * 2 ** earlier, CIRCUIT.longestOpenMs),
});

/** What an instance has seen since it reported last, in this window. */
export interface Report {
  readonly calls: number;
  readonly failures: number;
}

/** The circuit after calls that were let through while it was closed; their late news change no other state. */
export const afterCalls = (circuit: Circuit, report: Report, now: number): Circuit => {
  if (circuit.state !== 'closed') return circuit;
  const rolled = now - circuit.windowAt >= CIRCUIT.windowMs;
  const calls = report.calls + (rolled ? 0 : circuit.calls);
  const failures = report.failures + (rolled ? 0 : circuit.failures);
  if (failures < CIRCUIT.failures || failures < calls * CIRCUIT.share) {
    return { ...circuit, windowAt: rolled ? now : circuit.windowAt, calls, failures };
  }
  return opened(now - circuit.closedAt > CIRCUIT.calmMs ? 0 : circuit.openings, now);
};

/** The circuit with this probe under way, if there may be one now; else as it is. */
export const withProbe = (circuit: Circuit, probe: string, leaseMs: number, now: number): Circuit =>
  admissionOf(circuit, now).kind === 'probe'
    ? { state: 'half-open', openings: circuit.openings, until: now + leaseMs, probe }
    : circuit;

/** The circuit after the verdict of a probe; that of a probe which another one has replaced counts no more. */
export const afterProbe = (circuit: Circuit, probe: string, succeeded: boolean, now: number): Circuit => {
  if (circuit.state !== 'half-open' || circuit.probe !== probe) return circuit;
  if (!succeeded) return opened(circuit.openings, now);
  return { state: 'closed', openings: circuit.openings, closedAt: now, windowAt: now, calls: 0, failures: 0 };
};
