import { type Instant, secondsAfter, toInstant } from '../../lib/runtime/clock.ts';
import { SYSTEM_ACTOR } from '../../lib/runtime/tenant.ts';
import {
  AbandonOnboarding,
  ActivateTenant,
  ClaimSlug,
  DeactivateTenant,
  InviteOwner,
  RegisterUsageKey,
  RemoveUsageKey,
  WithdrawOwner,
} from './calls.ts';
import { STEP_NAMES, type StepName, type TenantRecord } from './model.ts';

/** The workflow ends itself after this many seconds. */
export const ONBOARDING_SECONDS = 120;
/** One that is not done by then is started again: later than the one before can still be running. */
const TAKE_OVER_SECONDS = ONBOARDING_SECONDS + 60;
/** How long the record of a failed onboarding tells why. */
const FAILED_SHOWN_SECONDS = 7 * 24 * 3600;

/**
 * Onboarding as a saga. The commit point is `activate-tenant`: onboarding -> active. The first undo turns onboarding ->
 * closing; the two exclude each other, and from then on every do leaves things alone, one that was only late as well.
 * A do that finds `closing` lets the saga go on, so that an execution which takes over a half done rollback comes to
 * the last step, is refused there, and undoes every step (again).
 */
export const ONBOARDING = [
  { name: 'slug', run: ClaimSlug, undo: AbandonOnboarding, proceedOn: ['claimed', 'closing'] },
  { name: 'owner', run: InviteOwner, undo: WithdrawOwner, proceedOn: ['invited', 'closing'] },
  {
    name: 'usage_key',
    run: RegisterUsageKey,
    undo: RemoveUsageKey,
    proceedOn: ['registered', 'skipped', 'closing'],
  },
  { name: 'activation', run: ActivateTenant, undo: DeactivateTenant, proceedOn: ['active'] },
] as const satisfies readonly { name: StepName; run: object; undo: object; proceedOn: readonly string[] }[];

/** The name of an execution: each attempt has its own, and starting one twice starts it once. */
export const executionName = ({ tenantId, attempt }: Pick<TenantRecord, 'tenantId' | 'attempt'>): string =>
  `${tenantId}-${attempt}`;

export const takeOverAt = (now: Date): Instant => secondsAfter(now, TAKE_OVER_SECONDS);

/** Takes note of a step's outcome while onboarding goes on; a record that is closing stays as it is. */
export const stepDone = (record: TenantRecord, step: StepName, outcome: 'done' | 'skipped'): TenantRecord =>
  record.status !== 'onboarding' || record.steps[step] === outcome
    ? record
    : { ...record, steps: { ...record.steps, [step]: outcome } };

/**
 * The first half of every undo: from here on nothing is done any more. The step to blame is the first that is not done.
 * A record that is active (or closed already) stays as it is.
 */
export const closing = (record: TenantRecord, code = 'step_failed'): TenantRecord => {
  if (record.status !== 'onboarding') return record;
  const step = STEP_NAMES.find((name) => record.steps[name] === undefined) ?? 'activation';
  return { ...record, status: 'closing', failure: { step, code } };
};

/** Takes note that a step was undone. */
export const stepUndone = (record: TenantRecord, step: StepName): TenantRecord =>
  record.steps[step] === undefined || record.steps[step] === 'undone'
    ? record
    : { ...record, steps: { ...record.steps, [step]: 'undone' } };

/** The commit point: the tenant is there for everybody. */
export const activated = (record: TenantRecord, now: Date): TenantRecord =>
  record.status !== 'onboarding'
    ? record
    : {
        ...record,
        status: 'active',
        version: 1,
        steps: { ...record.steps, activation: 'done' },
        dueAt: record.usageKey?.plan === record.plan ? null : secondsAfter(now, 60),
        updatedAt: toInstant(now),
        actor: SYSTEM_ACTOR,
      };

/**
 * The end of a rollback: the record stays for a while to tell what happened, and the repair job cleans up once more
 * when no step that was only late can be running any more.
 */
export const failed = (record: TenantRecord, now: Date): TenantRecord =>
  record.status !== 'closing'
    ? record
    : {
        ...record,
        status: 'failed',
        dueAt: takeOverAt(now),
        expiresAt: secondsAfter(now, FAILED_SHOWN_SECONDS),
        updatedAt: toInstant(now),
        actor: SYSTEM_ACTOR,
      };
