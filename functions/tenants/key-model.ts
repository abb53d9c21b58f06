import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { defineId } from '../../lib/runtime/ids.ts';
import { Permission } from '../../lib/runtime/permissions.ts';
import { TenantId } from '../../lib/runtime/tenant.ts';

export const keyId = defineId<'KeyId'>('key');
export const KeyId = keyId.schema;
export type KeyId = z.output<typeof KeyId>;

export const KeyKind = z.enum(['publishable', 'secret']);
export type KeyKind = z.output<typeof KeyKind>;

/** A key as it is stored: its hash, never the key itself. */
export const KeyRecord = z.object({
  keyId: KeyId,
  kind: KeyKind,
  permissions: z.array(Permission),
  name: z.string().nullable(),
  hash: z.string(),
  /** Its last four characters, so that people can tell keys apart. */
  hint: z.string(),
  createdAt: Instant,
  /** From then on it is refused; null: never. */
  expiresAt: Instant.nullable(),
  /** The key that it took over from, and for how many seconds both hold. */
  replaces: z.object({ keyId: KeyId, overlapSeconds: z.number().int() }).nullable(),
  replacedBy: KeyId.nullable(),
  /** Of the request that made it; null when a rotation did. */
  requestHash: z.string().nullable(),
});
export type KeyRecord = z.output<typeof KeyRecord>;

/** What a hash leads to: enough to admit a caller in one read. */
export const KeyFacts = KeyRecord.pick({ keyId: true, kind: true, permissions: true, expiresAt: true }).extend({
  tenant: TenantId,
});
export type KeyFacts = z.output<typeof KeyFacts>;

export const ApiKey = KeyRecord.pick({
  kind: true,
  permissions: true,
  name: true,
  hint: true,
  createdAt: true,
  expiresAt: true,
  replacedBy: true,
}).extend({ id: KeyId });

/** The secret is in the first answer only: a replay has null. */
export const NewApiKey = ApiKey.extend({ secret: z.string().nullable() });

const KeyName = z.string().trim().min(1).max(100).optional();
/** A secret key without permissions gets those of whoever makes it. */
export const KeyOrder = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('publishable'), name: KeyName, permissions: z.array(Permission).max(0).optional() }),
  z.strictObject({ kind: z.literal('secret'), name: KeyName, permissions: z.array(Permission).min(1).optional() }),
]);
export type KeyOrder = z.output<typeof KeyOrder>;

export const toApiKey = (record: KeyRecord): z.input<typeof ApiKey> => ({
  id: record.keyId,
  kind: record.kind,
  permissions: record.permissions,
  name: record.name,
  hint: record.hint,
  createdAt: record.createdAt,
  expiresAt: record.expiresAt,
  replacedBy: record.replacedBy,
});
