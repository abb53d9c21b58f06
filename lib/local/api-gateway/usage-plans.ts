import type { Clock } from '../clock.ts';
import type { Log, State } from '../contracts.ts';
import type { ApiKey, KeyStore } from './key-store.ts';
import { createTokenBucket, type TokenBucket } from './token-bucket.ts';

/** A usage plan as its template describes it. */
export interface UsagePlan {
  readonly id: string;
  readonly name: string;
  readonly throttle: { readonly rate: number; readonly burst: number } | undefined;
  readonly quota: { readonly limit: number; readonly period: 'DAY' | 'WEEK' | 'MONTH' } | undefined;
  readonly stages: readonly { readonly apiId: string; readonly stage: string }[];
}

type UsageVerdict =
  | { readonly kind: 'allowed'; readonly key: ApiKey }
  | { readonly kind: 'unknown-key' | 'throttled' | 'quota-exceeded' };

/** Used quota is written this often: API Gateway's own count is best effort too. */
const flushMs = 1000;

/** The period of a quota that an instant is in, named by its first day in UTC. Weeks begin on Sunday. */
export const periodOf = (period: 'DAY' | 'WEEK' | 'MONTH', now: number): string => {
  const day = new Date(now);
  if (period === 'MONTH') return `${day.toISOString().slice(0, 7)}-01`;
  if (period === 'WEEK') day.setUTCDate(day.getUTCDate() - day.getUTCDay());
  return day.toISOString().slice(0, 10);
};

/** What one key has used of one plan; limits hold over all stages of the plan together. */
interface Meter {
  readonly bucket: TokenBucket | undefined;
  period: string;
  used: number;
  dirty: boolean;
}

interface Admission {
  readonly key: ApiKey;
  readonly plan: UsagePlan;
  readonly meter: Meter;
}

/** Usage plans: who may call which stage, how fast and how often. */
export const createUsagePlans = (deps: {
  readonly store: KeyStore;
  readonly state: State;
  readonly clock: Clock;
  readonly log: Log;
}) => {
  const { store, state, clock, log } = deps;
  const plans = new Map<string, UsagePlan>();
  const meters = new Map<string, Meter>();
  const admissions = new Map<string, Admission | undefined>();
  let stopFlush: (() => void) | undefined;

  const write = (): Promise<void> => {
    stopFlush?.();
    stopFlush = undefined;
    const dirty = [...meters].filter(([, meter]) => meter.dirty);
    for (const [, meter] of dirty) meter.dirty = false;
    if (dirty.length === 0) return Promise.resolve();
    return state.commit(() => {
      for (const [id, meter] of dirty) {
        const [plan = '', key = ''] = id.split(' ');
        store.putUsed(plan, key, meter.period, meter.used);
      }
    });
  };

  const flushLater = (): void => {
    stopFlush ??= clock.after(flushMs, () => {
      write().catch((error: unknown) => {
        log.write({ source: 'api', level: 'error', message: `usage counts could not be written: ${String(error)}` });
      });
    });
  };

  const meterOf = (plan: UsagePlan, key: ApiKey): Meter => {
    const id = `${plan.id} ${key.id}`;
    const known = meters.get(id);
    if (known !== undefined) return known;
    const { throttle, quota } = plan;
    const period = quota === undefined ? '' : periodOf(quota.period, clock.now());
    const meter: Meter = {
      bucket: throttle === undefined ? undefined : createTokenBucket(throttle.rate, throttle.burst, clock.now()),
      period,
      used: store.used(plan.id, key.id, period),
      dirty: false,
    };
    meters.set(id, meter);
    return meter;
  };

  const admit = (value: string, apiId: string, stage: string): Admission | undefined => {
    const id = `${apiId} ${stage} ${value}`;
    if (admissions.has(id)) return admissions.get(id);
    const key = store.byValue(value);
    const plan =
      key?.enabled === true
        ? store
            .plansOf(key.id)
            .map((planId) => plans.get(planId))
            .find((one) => one?.stages.some((served) => served.apiId === apiId && served.stage === stage) === true)
        : undefined;
    const admission = key === undefined || plan === undefined ? undefined : { key, plan, meter: meterOf(plan, key) };
    if (admissions.size > 10_000) admissions.clear();
    admissions.set(id, admission);
    return admission;
  };

  const withinQuota = (plan: UsagePlan, meter: Meter, now: number): boolean => {
    if (plan.quota === undefined) return true;
    const period = periodOf(plan.quota.period, now);
    if (period !== meter.period) {
      meter.period = period;
      meter.used = 0;
    }
    if (meter.used >= plan.quota.limit) return false;
    meter.used += 1;
    meter.dirty = true;
    flushLater();
    return true;
  };

  return {
    put: (plan: UsagePlan): void => {
      plans.set(plan.id, plan);
      admissions.clear();
    },
    find: (id: string): UsagePlan | undefined => plans.get(id),
    list: (): UsagePlan[] => [...plans.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    /** To be called when keys or their plans have changed. */
    changed: (): void => admissions.clear(),
    /** What a key has used in the period that runs. */
    used: (plan: UsagePlan, key: ApiKey): number => {
      const meter = meterOf(plan, key);
      return plan.quota !== undefined && periodOf(plan.quota.period, clock.now()) === meter.period ? meter.used : 0;
    },
    /** Counts a request by the value of its key, if the key is in a plan with this stage. */
    take: (value: string, apiId: string, stage: string): UsageVerdict => {
      const admission = admit(value, apiId, stage);
      if (admission === undefined) return { kind: 'unknown-key' };
      const { key, plan, meter } = admission;
      const now = clock.now();
      if (meter.bucket?.take(now) === false) return { kind: 'throttled' };
      return withinQuota(plan, meter, now) ? { kind: 'allowed', key } : { kind: 'quota-exceeded' };
    },
    stop: write,
  };
};

export type UsagePlans = ReturnType<typeof createUsagePlans>;
