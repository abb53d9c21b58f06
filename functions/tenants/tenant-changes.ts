import { isDeepStrictEqual } from 'node:util';
import { toInstant } from '../../lib/runtime/clock.ts';
import { versionMismatch } from '../../lib/runtime/errors.ts';
import type { Actor, TenantSettings } from '../../lib/runtime/tenant.ts';
import { type TenantChange, tenantNotActive, type TenantRecord } from './model.ts';

/** Who changes something, when, and in which trace. */
export interface Author {
  readonly actor: Actor;
  readonly traceId: string;
  readonly at: Date;
}

/** @throws tenant_not_active (409) while onboarding is not complete or was rolled back */
const assertExists = ({ status }: TenantRecord): void => {
  if (status === 'active' || status === 'suspended') return;
  throw tenantNotActive(`The tenant is ${status}; this works for active and suspended ones.`);
};

const publish = (record: TenantRecord, lastChange: TenantChange, { actor, traceId, at }: Author): TenantRecord => ({
  ...record,
  lastChange,
  version: record.version + 1,
  updatedAt: toInstant(at),
  actor,
  traceId,
});

/** @throws version_mismatch (412) */
const assertVersion = (record: TenantRecord, expected: number | undefined): void => {
  if (expected === undefined || expected === record.version) return;
  throw versionMismatch(`The tenant is at version ${record.version}. Read it again and apply your change to that.`);
};

/** A merge patch as it was parsed: what is not in it stays. */
export interface DetailsPatch {
  readonly name?: string | undefined;
  readonly plan?: string | undefined;
  readonly settings?: { readonly [Name in keyof TenantSettings]?: TenantSettings[Name] | undefined } | undefined;
}

const mergeSettings = (now: TenantSettings, patch: DetailsPatch['settings'] = {}): TenantSettings => ({
  country: patch.country ?? now.country,
  currencies: patch.currencies ?? now.currencies,
  locales: patch.locales ?? now.locales,
  timeZone: patch.timeZone ?? now.timeZone,
  taxMode: patch.taxMode ?? now.taxMode,
  capture: patch.capture ?? now.capture,
  orderPrefix: patch.orderPrefix ?? now.orderPrefix,
});

/** Applies a merge patch. What changes nothing makes no version; another plan is carried out by the repair job. */
export const changeDetails =
  (patch: DetailsPatch, expected: number | undefined, author: Author) =>
  (record: TenantRecord): TenantRecord => {
    assertExists(record);
    assertVersion(record, expected);
    const { name = record.name, plan = record.plan } = patch;
    const settings = mergeSettings(record.settings, patch.settings);
    const moved = plan !== record.plan;
    if (!moved && name === record.name && isDeepStrictEqual(settings, record.settings)) return record;
    return publish(
      { ...record, name, plan, settings, dueAt: moved ? toInstant(author.at) : record.dueAt },
      'updated',
      author,
    );
  };

/** Suspends or resumes. A tenant that is so already stays as it is. */
export const changeStatus =
  (status: 'active' | 'suspended', author: Author) =>
  (record: TenantRecord): TenantRecord => {
    assertExists(record);
    return record.status === status
      ? record
      : publish({ ...record, status }, status === 'suspended' ? 'suspended' : 'resumed', author);
  };
