import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { CustomerAccount, CustomerLogin, CustomerPerson } from './customer-model.ts';
import type { CustomerId } from './model.ts';

/** Turns what is known of a customer into the next state; the same object means: nothing to do. Refuses by throwing. */
export type PersonChange = (person: CustomerPerson) => CustomerPerson;

/** Where customers live. All reads are of what was last written. */
export interface CustomerStore {
  /**
   * Remembers what a registration was asked for.
   * @returns what it was asked for the first time, if this is not the first
   */
  remember(
    tenant: TenantId,
    id: CustomerId,
    request: { readonly proof: string; readonly at: Date },
  ): Promise<string | undefined>;
  /** Makes account, person and login, all or nothing: nothing when the email has a login already, whosesoever. */
  register(
    tenant: TenantId,
    emailHash: string,
    customer: { readonly account: CustomerAccount; readonly person: CustomerPerson; readonly passwordHash: string },
  ): Promise<void>;
  login(tenant: TenantId, emailHash: string): Promise<CustomerLogin | undefined>;
  person(tenant: TenantId, id: CustomerId): Promise<CustomerPerson | undefined>;
  /**
   * Applies a change under the condition that nothing changed meanwhile (else to what changed).
   * @returns the person afterwards; undefined when there is none
   */
  change(tenant: TenantId, id: CustomerId, change: PersonChange): Promise<CustomerPerson | undefined>;
}
