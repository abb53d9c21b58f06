import { afterCalls, afterProbe, admissionOf, type Circuit, CIRCUIT, newCircuit, withProbe } from './circuit.ts';
import { type AppError, temporarilyUnavailable } from './errors.ts';
import type { TenantId } from './tenant.ts';

/** What a call depends on: a function of another domain, or a tenant's own account at a provider. */
export interface Dependency {
  readonly dependency: string;
  readonly tenant?: TenantId | undefined;
}

export interface GuardedCall extends Dependency {
  /** The call gives up by itself after so long. */
  readonly timeoutMs: number;
  /** Does this error say that the dependency is not well? Anything else is an answer. */
  readonly isFailure: (error: unknown) => boolean;
}

/**
 * Runs a call to another domain or to a provider, unless its circuit is open.
 * @throws temporarily_unavailable (503, `Retry-After`) without a call when it is, and whatever the call throws
 */
export type Breaker = <Result>(call: GuardedCall, work: () => Promise<Result>) => Promise<Result>;

/** Where the circuits are that instances share. */
export interface Circuits {
  read(of: Dependency): Promise<Circuit>;
  /** Moves a circuit on from whatever it is. @returns what it is then */
  change(of: Dependency, move: (circuit: Circuit) => Circuit): Promise<Circuit>;
}

export interface BreakerNews {
  readonly what: 'opened' | 'closed' | 'refused' | 'circuits_unreachable';
  readonly of: Dependency;
  readonly error?: unknown;
}

export interface BreakerDeps {
  readonly circuits: Circuits;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly newProbe: () => string;
  readonly tell: (news: BreakerNews) => void;
}

/** What is read of a circuit holds for so long. */
const CACHED_MS = 1000;
/** An instance's own success says for so long that the circuit is closed: what works needs no look at it. */
const PROVEN_MS = 60_000;
/** A probe that is over its time-out has so long to say so, until another one may begin. */
const PROBE_MARGIN_MS = 2000;
/** Circuits that one instance keeps: tenants' providers are many. */
const MAX_KEPT = 1000;

/** What one instance knows of a circuit. */
interface View {
  circuit: Circuit;
  readAt: number;
  provenAt: number;
  /** Calls since the last report, and when they began. */
  calls: number;
  callsFrom: number;
  reading: Promise<void> | undefined;
}

const isKnown = ({ circuit, readAt, provenAt }: View, now: number): boolean => {
  if (now - readAt < CACHED_MS) return true;
  // Whoever wants to be the probe asks the shared circuit anyway, and until then an open one stays open.
  if (circuit.state === 'open' || (circuit.state === 'half-open' && now >= circuit.until)) return true;
  return circuit.state === 'closed' && now - provenAt < PROVEN_MS;
};

const keyOf = ({ dependency, tenant }: Dependency): string => `${tenant ?? ''}#${dependency}`;

const refusal = ({ dependency }: Dependency, waitMs: number): AppError =>
  temporarilyUnavailable(
    `${dependency} has not answered lately and is left alone for a moment. Try again after the time in Retry-After.`,
    { retryAfter: Math.max(1, Math.ceil(waitMs / 1000)) },
  );

/**
 * A circuit breaker whose state all instances share. What works costs nothing: the shared circuit is read by an instance
 * that has never called the dependency or not for a minute, and written by failures and probes. All of it is awaited
 * within the call, because nothing runs in an environment between two invocations. When the circuits cannot be reached,
 * the instance goes by what it sees itself.
 */
export const createBreaker = ({ circuits, now, newProbe, tell }: BreakerDeps): Breaker => {
  const views = new Map<string, View>();

  const viewOf = (of: Dependency): View => {
    const key = keyOf(of);
    const view = views.get(key) ?? {
      circuit: newCircuit,
      readAt: Number.NEGATIVE_INFINITY,
      provenAt: Number.NEGATIVE_INFINITY,
      calls: 0,
      callsFrom: now(),
      reading: undefined,
    };
    views.delete(key);
    views.set(key, view);
    const [oldest] = views.keys();
    if (views.size > MAX_KEPT && oldest !== undefined) views.delete(oldest);
    return view;
  };

  const learn = (view: View, circuit: Circuit): void => {
    view.circuit = circuit;
    view.readAt = now();
  };

  const read = async (view: View, of: Dependency): Promise<void> => {
    try {
      learn(view, await circuits.read(of));
    } catch (error) {
      tell({ what: 'circuits_unreachable', of, error });
      learn(view, view.circuit);
    } finally {
      view.reading = undefined;
    }
  };

  const change = async (view: View, of: Dependency, move: (circuit: Circuit) => Circuit): Promise<void> => {
    try {
      // Only the last move is the one that was written: an earlier one met somebody else's.
      let moved: 'opened' | 'closed' | undefined;
      const circuit = await circuits.change(of, (before) => {
        const after = move(before);
        moved = undefined;
        if (after.state !== before.state && after.state !== 'half-open') {
          moved = after.state === 'open' ? 'opened' : 'closed';
        }
        return after;
      });
      learn(view, circuit);
      if (moved !== undefined) tell({ what: moved, of });
    } catch (error) {
      tell({ what: 'circuits_unreachable', of, error });
      learn(view, move(view.circuit));
    }
  };

  /** @returns the probe, if the call is to be one. @throws temporarily_unavailable */
  const admit = async (view: View, call: GuardedCall): Promise<string | undefined> => {
    const refuse = (waitMs: number): never => {
      tell({ what: 'refused', of: call });
      throw refusal(call, waitMs);
    };
    const admission = admissionOf(view.circuit, now());
    if (admission.kind === 'pass') return undefined;
    if (admission.kind === 'refuse') return refuse(admission.waitMs);
    const probe = newProbe();
    const leaseMs = call.timeoutMs + PROBE_MARGIN_MS;
    await change(view, call, (circuit) => withProbe(circuit, probe, leaseMs, now()));
    const { circuit } = view;
    if (circuit.state === 'closed') return undefined;
    if (circuit.state === 'half-open' && circuit.probe === probe) return probe;
    return refuse(circuit.until - now());
  };

  const count = (view: View): void => {
    if (now() - view.callsFrom >= CIRCUIT.windowMs) {
      view.calls = 0;
      view.callsFrom = now();
    }
    view.calls += 1;
  };

  const failed = async (view: View, of: Dependency, probe: string | undefined): Promise<void> => {
    view.provenAt = Number.NEGATIVE_INFINITY;
    if (probe !== undefined) return change(view, of, (circuit) => afterProbe(circuit, probe, false, now()));
    const report = { calls: view.calls, failures: 1 };
    view.calls = 0;
    return change(view, of, (circuit) => afterCalls(circuit, report, now()));
  };

  const succeeded = async (view: View, of: Dependency, probe: string | undefined): Promise<void> => {
    if (probe !== undefined) await change(view, of, (circuit) => afterProbe(circuit, probe, true, now()));
    if (view.circuit.state === 'closed') view.provenAt = now();
  };

  return async (call, work) => {
    const view = viewOf(call);
    if (!isKnown(view, now())) await (view.reading ??= read(view, call));
    const probe = await admit(view, call);
    count(view);
    try {
      const result = await work();
      await succeeded(view, call, probe);
      return result;
    } catch (error) {
      await (call.isFailure(error) ? failed(view, call, probe) : succeeded(view, call, probe));
      throw error;
    }
  };
};

/** Circuits of this instance alone, where a function has no table to share them by. */
export const ownCircuits = (): Circuits => {
  const kept = new Map<string, Circuit>();
  const read = async (of: Dependency) => kept.get(keyOf(of)) ?? newCircuit;
  return {
    read,
    change: async (of, move) => {
      const circuit = move(await read(of));
      kept.set(keyOf(of), circuit);
      return circuit;
    },
  };
};
