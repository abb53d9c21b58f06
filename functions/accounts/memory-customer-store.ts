import type { CustomerAccount, CustomerLogin, CustomerPerson } from './customer-model.ts';
import type { CustomerStore } from './customer-store.ts';

/** Customers in memory: for tests of what is above the store. `accounts` is shared with the sessions' memory store. */
export const memoryCustomers = (accounts = new Map<string, CustomerAccount>()): CustomerStore => {
  const registrations = new Map<string, string>();
  const logins = new Map<string, CustomerLogin>();
  const people = new Map<string, CustomerPerson>();
  return {
    remember: async (tenant, id, { proof }) => {
      const earlier = registrations.get(`${tenant}/${id}`);
      if (earlier === undefined) registrations.set(`${tenant}/${id}`, proof);
      return earlier;
    },
    register: async (tenant, emailHash, { account, person, passwordHash }) => {
      if (logins.has(`${tenant}/${emailHash}`)) return;
      logins.set(`${tenant}/${emailHash}`, { customerId: account.customerId, passwordHash });
      accounts.set(`${tenant}/${account.customerId}`, account);
      people.set(`${tenant}/${account.customerId}`, person);
    },
    login: async (tenant, emailHash) => logins.get(`${tenant}/${emailHash}`),
    person: async (tenant, id) => people.get(`${tenant}/${id}`),
    change: async (tenant, id, change) => {
      const person = people.get(`${tenant}/${id}`);
      if (person === undefined) return undefined;
      const changed = change(person);
      if (changed === person) return person;
      const next = { ...changed, version: person.version + 1 };
      people.set(`${tenant}/${id}`, next);
      return next;
    },
  };
};
