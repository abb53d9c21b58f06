import type { Instant } from '../../lib/runtime/clock.ts';
import type { Position } from '../../lib/runtime/cursor.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { KeyFacts, KeyId, KeyRecord } from './key-model.ts';

/**
 * Where keys live: one item of the tenant's for people, one of the system's by hash for the authorizer. A key holds
 * when, and only as long as, the second exists and has not expired.
 */
export interface KeyStore {
  /** @returns the key that has this id already, if there is one; then nothing was added */
  add(tenant: TenantId, key: KeyRecord): Promise<KeyRecord | undefined>;
  find(tenant: TenantId, keyId: KeyId): Promise<KeyRecord | undefined>;
  list(
    tenant: TenantId,
    page: { readonly limit: number; readonly after?: Position | undefined },
  ): Promise<{ readonly keys: readonly KeyRecord[]; readonly last: Position | undefined }>;
  /** Lets a key end when its successor has taken over. Twice is fine; a removed key stays removed. */
  retire(tenant: TenantId, key: KeyRecord, end: { readonly at: Instant; readonly replacedBy: KeyId }): Promise<void>;
  /** From now on the key does not exist. */
  remove(tenant: TenantId, key: KeyRecord): Promise<void>;
  findByHash(hash: string): Promise<KeyFacts | undefined>;
}
