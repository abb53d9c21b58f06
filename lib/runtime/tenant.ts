import * as z from 'zod';
import { defineId } from './ids.ts';
import { HeldPermissions } from './permissions.ts';

export const tenantId = defineId<'TenantId'>('tnt');
export const TenantId = tenantId.schema;
export type TenantId = z.output<typeof TenantId>;

/** The session tag by which IAM knows whose items a session reaches: the policies' `${aws:PrincipalTag/tenant}`. */
export const TENANT_TAG = 'tenant';

/** Who acts, as events, logs and the audit trail name it: a kind and an id, never a name or an email. */
export const Actor = z.object({
  type: z.enum(['operator', 'staff', 'secret_key', 'publishable_key', 'customer', 'system']),
  id: z.string().max(200),
});
export type Actor = z.output<typeof Actor>;

/**
 * The tenant's settings that requests need. They travel in the authorizer's context, so a change is seen everywhere
 * within the authorizer's cache time (60 s) and costs no read.
 */
export const TenantSettings = z.object({
  country: z.string().regex(/^[A-Z]{2}$/),
  currencies: z
    .array(z.string().regex(/^[A-Z]{3}$/))
    .min(1)
    .max(20),
  locales: z.array(z.string().max(35)).min(1).max(20),
  timeZone: z.string().max(64),
  /** Are the prices that the merchant enters with tax (`inclusive`) or without (`exclusive`)? */
  taxMode: z.enum(['inclusive', 'exclusive']),
  /** When is an authorized payment captured? */
  capture: z.enum(['now', 'fulfilment']),
  /** Comes before the order number: `A-` gives `A-10012`. */
  orderPrefix: z.string().regex(/^[A-Z0-9-]{0,10}$/),
});
export type TenantSettings = z.output<typeof TenantSettings>;

/** The verified caller, from the authorizer's context. API Gateway passes context values as strings. */
const Credential = {
  actorId: z.string().max(200),
  credentialId: z.string().max(200),
};
const OfTenant = {
  ...Credential,
  tenant: TenantId,
  tenantStatus: z.enum(['active', 'suspended']),
  settings: TenantSettings,
};
export const Caller = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('operator'), ...Credential }),
  z.object({ kind: z.literal('staff'), ...OfTenant, sessionId: z.string(), permissions: HeldPermissions }),
  z.object({ kind: z.literal('secret'), ...OfTenant, permissions: HeldPermissions }),
  z.object({ kind: z.literal('publishable'), ...OfTenant }),
  z.object({ kind: z.literal('customer'), ...OfTenant, sessionId: z.string() }),
]);
export type Caller = z.output<typeof Caller>;
export type TenantCaller = Exclude<Caller, { kind: 'operator' }>;

/** The authorizer's context is one JSON member, because its values may only be strings, numbers and booleans. */
export const AuthorizerContext = z.object({ caller: z.string() });

const ACTOR_TYPES = {
  operator: 'operator',
  staff: 'staff',
  secret: 'secret_key',
  publishable: 'publishable_key',
  customer: 'customer',
} as const satisfies Record<Caller['kind'], Actor['type']>;

export const actorOf = (caller: Caller): Actor => ({ type: ACTOR_TYPES[caller.kind], id: caller.actorId });

export const SYSTEM_ACTOR: Actor = { type: 'system', id: 'cartwright' };
