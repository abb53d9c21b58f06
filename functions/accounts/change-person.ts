import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { versionMismatch } from '../../lib/runtime/errors.ts';
import type { Caller } from '../../lib/runtime/tenant.ts';
import type { CustomerPerson } from './customer-model.ts';
import type { CustomerStore, PersonChange } from './customer-store.ts';
import { CustomerId, customerNotFound } from './model.ts';

export interface ChangePersonDeps {
  readonly customers: CustomerStore;
  readonly now: Clock;
}

/**
 * Changes what is known of the customer who calls.
 * @throws customer_not_found, version_mismatch (412) when another version was expected
 */
export const changePerson =
  ({ customers, now }: ChangePersonDeps) =>
  async (
    caller: Extract<Caller, { kind: 'customer' }>,
    change: PersonChange,
    expected?: number,
  ): Promise<CustomerPerson> => {
    const at = toInstant(now());
    const person = await customers.change(caller.tenant, CustomerId.parse(caller.actorId), (current) => {
      if (expected !== undefined && expected !== current.version) {
        throw versionMismatch(
          `Your account is at version ${current.version}. Read it again and apply your change to that.`,
        );
      }
      const next = change(current);
      return next === current ? current : { ...next, updatedAt: at };
    });
    if (person === undefined) throw customerNotFound('Your account is gone.');
    return person;
  };
