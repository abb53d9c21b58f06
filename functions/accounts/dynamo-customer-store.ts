import { ConditionFailed, type OpenTenantDb, TransactionRefused } from '../../lib/runtime/db.ts';
import { temporarilyUnavailable } from '../../lib/runtime/errors.ts';
import * as z from 'zod';
import { customerKey, customerPersonKey, loginKey, registrationKey } from './account-keys.ts';
import { CustomerLogin, CustomerPerson } from './customer-model.ts';
import type { CustomerStore } from './customer-store.ts';

const MAX_TRIES = 10;
const IS_NEW = { expression: 'attribute_not_exists(pk)' };
const RegistrationItem = z.object({ proof: z.string() });
/** Longer than an Idempotency-Key is remembered. */
const REGISTRATION_SHOWN_SECONDS = 7 * 24 * 3600;

/** Customers in DynamoDB. */
export const dynamoCustomers = (db: OpenTenantDb): CustomerStore => ({
  remember: async (tenant, id, { proof, at }) => {
    const ttl = Math.floor(at.getTime() / 1000) + REGISTRATION_SHOWN_SECONDS;
    try {
      await db(tenant).put({ ...registrationKey(id), proof, ttl }, IS_NEW);
      return undefined;
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      return RegistrationItem.parse(error.item).proof;
    }
  },

  register: async (tenant, emailHash, { account, person, passwordHash }) => {
    const { customerId } = account;
    try {
      await db(tenant).transact([
        { put: { ...loginKey(emailHash), customerId, passwordHash }, condition: IS_NEW },
        { put: { ...customerKey(customerId), ...account }, condition: IS_NEW },
        { put: { ...customerPersonKey(customerId), ...person }, condition: IS_NEW },
      ]);
    } catch (error) {
      if (!(error instanceof TransactionRefused)) throw error; // the email has a login
    }
  },

  login: async (tenant, emailHash) => {
    const item = await db(tenant).get(loginKey(emailHash), { consistent: true });
    return item === undefined ? undefined : CustomerLogin.parse(item);
  },

  person: async (tenant, id) => {
    const item = await db(tenant).get(customerPersonKey(id), { consistent: true });
    return item === undefined ? undefined : CustomerPerson.parse(item);
  },

  change: async (tenant, id, change) => {
    let item = await db(tenant).get(customerPersonKey(id), { consistent: true });
    for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
      if (item === undefined) return undefined;
      const person = CustomerPerson.parse(item);
      const changed = change(person);
      if (changed === person) return person;
      const next = { ...changed, version: person.version + 1 };
      try {
        await db(tenant).put(
          { ...customerPersonKey(id), ...next },
          { expression: 'version = :seen', values: { ':seen': person.version } },
        );
        return next;
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error;
        item = error.item;
      }
    }
    throw temporarilyUnavailable('Too many changes of one customer at once. Try again in a moment.', { retryAfter: 1 });
  },
});
