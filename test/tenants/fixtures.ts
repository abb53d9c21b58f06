import type * as z from 'zod';
import { createOwner } from '../../functions/accounts/create-owner.ts';
import { memoryStaff } from '../../functions/accounts/memory-staff-store.ts';
import { removeOwner } from '../../functions/accounts/remove-owner.ts';
import { abandonOnboarding } from '../../functions/tenants/abandon-onboarding.ts';
import { activateTenant } from '../../functions/tenants/activate-tenant.ts';
import { claimSlug } from '../../functions/tenants/claim-slug.ts';
import { createTenant, createTenantRoute } from '../../functions/tenants/create-tenant.ts';
import { deactivateTenant } from '../../functions/tenants/deactivate-tenant.ts';
import { inviteOwner } from '../../functions/tenants/invite-owner.ts';
import { memoryTenants } from '../../functions/tenants/memory-tenant-store.ts';
import type { TenantRecord } from '../../functions/tenants/model.ts';
import { reconcileUsageKey } from '../../functions/tenants/reconcile-usage-key.ts';
import { registerUsageKey } from '../../functions/tenants/register-usage-key.ts';
import { removeUsageKey } from '../../functions/tenants/remove-usage-key.ts';
import { repairTenants } from '../../functions/tenants/repair-tenants.ts';
import type { UsageKeys, UsagePlans } from '../../functions/tenants/usage-plans.ts';
import { withdrawOwner } from '../../functions/tenants/withdraw-owner.ts';
import { PERMISSIONS, type Permission } from '../../lib/runtime/permissions.ts';
import { type Caller, TenantId, tenantId, type TenantSettings } from '../../lib/runtime/tenant.ts';
import { sha256Hex } from '../../lib/runtime/ids.ts';

export const START = new Date('2026-03-01T12:00:00.000Z');
export const TRACE = 'trace-1';
export const tenantA = tenantId.derive('a');
export const tenantB = tenantId.derive('b');

export const settings: TenantSettings = {
  country: 'DE',
  currencies: ['EUR'],
  locales: ['de'],
  timeZone: 'Europe/Berlin',
  taxMode: 'inclusive',
  capture: 'now',
  orderPrefix: '',
};

/** A clock that stands still until it is told to move. */
export const movableClock = () => {
  let time = START.getTime();
  return { now: () => new Date(time), pass: (seconds: number) => (time += seconds * 1000) };
};

export const operator = { kind: 'operator', actorId: 'operator', credentialId: 'operator' } as const;
export const secretKeyOf = (tenant: TenantId, permissions: readonly Permission[] = PERMISSIONS) =>
  ({
    kind: 'secret',
    actorId: 'key_1',
    credentialId: 'key_1',
    tenant,
    tenantStatus: 'active',
    settings,
    permissions: [...permissions],
  }) satisfies Caller;

/** A request without anything in it, to be filled in. */
export const blank = {
  params: undefined,
  query: undefined,
  body: undefined,
  idempotency: undefined,
  ifMatch: undefined,
  guestToken: undefined,
  traceId: TRACE,
  requestId: 'request-1',
  sourceIp: '127.0.0.1',
};
export const idempotencyOf = (key: string, asked: unknown = null) => ({
  key,
  scope: sha256Hex('scope', key),
  requestHash: sha256Hex(JSON.stringify(asked)),
});

/** API Gateway's keys and plans in memory. As there: a value can be registered once, and names need not be unique. */
export const memoryUsagePlans = (deployed = true) => {
  const keys = new Map<string, { readonly name: string; readonly value: string }>();
  const attached = new Map<string, string>();
  const state = { deployed, registered: 0 };
  const plans: UsagePlans = {
    planId: async (plan) => (state.deployed ? `plan-${plan}` : undefined),
    register: async (name, value) => {
      const known = [...keys].find(([, key]) => key.value === value);
      if (known !== undefined) return known[0];
      state.registered += 1;
      keys.set(`key-${state.registered}`, { name, value });
      return `key-${state.registered}`;
    },
    attach: async (planId, keyId) => {
      const other = attached.get(keyId);
      if (other !== undefined && other !== planId) throw new Error('A key can be in one plan of a stage only');
      attached.set(keyId, planId);
    },
    detach: async (planId, keyId) => {
      if (attached.get(keyId) === planId) attached.delete(keyId);
    },
  };
  const usageKeys: UsageKeys = {
    remove: async (name) => {
      for (const [keyId, key] of keys) {
        if (key.name !== name) continue;
        keys.delete(keyId);
        attached.delete(keyId);
      }
    },
  };
  return { plans, usageKeys, keys, attached, state };
};

export type NewTenant = z.input<(typeof createTenantRoute)['body']>;
export const newTenant: NewTenant = {
  name: 'Alder Goods',
  slug: 'alder',
  plan: 'starter',
  ownerEmail: 'owner@alder.example',
  country: 'DE',
  currencies: ['EUR'],
  locales: ['de'],
  timeZone: 'Europe/Berlin',
};

/** Everything that onboarding touches, in memory: tenants, accounts' staff and API Gateway. */
export const world = ({ deployed = true } = {}) => {
  const clock = movableClock();
  const { now } = clock;
  const tenants = memoryTenants();
  const staff = memoryStaff();
  const gateway = memoryUsagePlans(deployed);
  const started: TenantRecord[] = [];
  const startOnboarding = async (record: TenantRecord) => {
    started.push(record);
  };
  let values = 0;
  const usageKey = { tenants, usagePlans: gateway.plans, newUsageKey: () => `usage-key-value-${(values += 1)}-0001` };
  const accounts = {
    createOwner: createOwner({ staff, newNonce: () => 'nonce', now }),
    removeOwner: removeOwner({ staff, now }),
  };
  const withTenant =
    <Input, Output>(useCase: (context: { tenant: TenantId; traceId: string }, input: Input) => Promise<Output>) =>
    ({ tenant, traceId }: { readonly tenant?: TenantId | undefined; readonly traceId: string }, input: Input) => {
      if (tenant === undefined) throw new Error('called without a tenant');
      return useCase({ tenant, traceId }, input);
    };
  const create = createTenant({ tenants, startOnboarding, now });
  return {
    clock,
    tenants,
    staff,
    gateway,
    started,
    /** By the names of the calls. */
    functions: {
      'claim-slug': claimSlug({ tenants }),
      'invite-owner': inviteOwner({ tenants, createOwner: withTenant(accounts.createOwner) }),
      'register-usage-key': registerUsageKey(usageKey),
      'activate-tenant': activateTenant({ tenants, now }),
      'abandon-onboarding': abandonOnboarding({ tenants, now }),
      'withdraw-owner': withdrawOwner({ tenants, removeOwner: withTenant(accounts.removeOwner) }),
      'remove-usage-key': removeUsageKey({ tenants, usageKeys: gateway.usageKeys }),
      'deactivate-tenant': deactivateTenant({ tenants }),
    },
    repair: repairTenants({
      tenants,
      startOnboarding,
      reconcileUsageKey: reconcileUsageKey(usageKey),
      now,
    }),
    /** Asks for a tenant as an operator does. */
    ask: async (key: string, changes: Partial<NewTenant> = {}) => {
      const body = createTenantRoute.body.parse({ ...newTenant, ...changes });
      const answer = await create({ ...blank, caller: operator, body, idempotency: idempotencyOf(key, body) });
      return { ...answer, tenant: TenantId.parse(answer.body.id) };
    },
  };
};
export type World = ReturnType<typeof world>;
