import type { Instant } from '../../lib/runtime/clock.ts';
import type { Position } from '../../lib/runtime/cursor.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { TenantRecord } from './model.ts';

/**
 * Turns a record into the next one. The same object means: nothing to do. Refuses by throwing. It may run more than
 * once, because it is applied to what is there at the moment of the write.
 */
export type Transition = (record: TenantRecord) => TenantRecord;

/** Where tenants live. All reads are of what was last written. */
export interface TenantStore {
  /** Records a new tenant and its owner's email, both or none. @returns the record that is there already, if there is one */
  create(record: TenantRecord, ownerEmail: string): Promise<TenantRecord | undefined>;
  find(tenant: TenantId): Promise<TenantRecord | undefined>;
  /**
   * Applies a transition under the condition that the record did not change meanwhile (else to the changed one).
   * @returns the record afterwards; undefined when there is none
   */
  change(tenant: TenantId, transition: Transition): Promise<TenantRecord | undefined>;
  ownerEmail(tenant: TenantId): Promise<string | undefined>;
  forgetOwnerEmail(tenant: TenantId): Promise<void>;
  slugHolder(slug: string): Promise<TenantId | undefined>;
  /** @returns whether the slug is the tenant's now */
  claimSlug(slug: string, tenant: TenantId): Promise<boolean>;
  /** Another tenant's slug is left alone. */
  releaseSlug(slug: string, tenant: TenantId): Promise<void>;
  /** Tenants that hold a slug, by slug. */
  list(page: {
    readonly limit: number;
    readonly after?: Position | undefined;
  }): Promise<{ readonly tenants: readonly TenantId[]; readonly last: Position | undefined }>;
  /** Some tenants whose `dueAt` has come; may lag behind. */
  due(upTo: Instant, limit: number): Promise<readonly TenantId[]>;
}
