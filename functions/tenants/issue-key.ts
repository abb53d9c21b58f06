import type * as z from 'zod';
import { hashApiKey } from '../../lib/runtime/api-key.ts';
import { assertSameRequest } from '../../lib/runtime/api.ts';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { forbidden } from '../../lib/runtime/errors.ts';
import type { Permission } from '../../lib/runtime/permissions.ts';
import type { Idempotency } from '../../lib/runtime/route.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import { keyId, type KeyKind, type KeyOrder, type KeyRecord, type NewApiKey, toApiKey } from './key-model.ts';
import type { KeyStore } from './key-store.ts';

export interface KeyDeps {
  readonly keys: KeyStore;
  /** `pk_` or `sk_` and 40 random letters and digits. */
  readonly newApiKey: (kind: KeyKind) => string;
  readonly now: Clock;
}

/**
 * A key may not be worth more than whoever gets to see it.
 * @throws forbidden
 */
export const assertWithin = (wanted: readonly Permission[], own: readonly Permission[]): void => {
  const beyond = wanted.filter((permission) => !own.includes(permission));
  if (beyond.length > 0)
    throw forbidden(`You do not have ${beyond.join(', ')} yourself, so you cannot give it to a key.`);
};

/** The stored part of a new key. */
export const recordOf = (
  id: KeyRecord['keyId'],
  secret: string,
  facts: Pick<KeyRecord, 'kind' | 'permissions' | 'name' | 'replaces' | 'requestHash' | 'createdAt'>,
): KeyRecord => ({
  keyId: id,
  hash: hashApiKey(secret),
  hint: secret.slice(-4),
  expiresAt: null,
  replacedBy: null,
  ...facts,
});

/** Makes a key for a tenant, once per Idempotency-Key: a replay answers without the secret. */
export const issueKey =
  ({ keys, newApiKey, now }: KeyDeps) =>
  async (
    tenant: TenantId,
    order: KeyOrder,
    own: readonly Permission[],
    idempotency: Idempotency,
  ): Promise<{ body: z.input<typeof NewApiKey>; replayed: boolean }> => {
    const permissions = order.kind === 'publishable' ? [] : [...new Set(order.permissions ?? own)];
    assertWithin(permissions, own);
    const secret = newApiKey(order.kind);
    const record = recordOf(keyId.derive(tenant, idempotency.scope), secret, {
      kind: order.kind,
      permissions,
      name: order.name ?? null,
      replaces: null,
      requestHash: idempotency.requestHash,
      createdAt: toInstant(now()),
    });
    const existing = await keys.add(tenant, record);
    if (existing === undefined) return { body: { ...toApiKey(record), secret }, replayed: false };
    assertSameRequest(existing.requestHash, idempotency);
    return { body: { ...toApiKey(existing), secret: null }, replayed: true };
  };
