import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { StaffId } from './model.ts';
import type { Person, StaffPerson, StaffRecord, StaffStore } from './staff-store.ts';

const nobody: Person = { login: undefined, memberships: [] };
const at = (tenant: TenantId, staffId: StaffId): string => `${tenant}/${staffId}`;

/** Staff in memory: for tests of what is above the store. `records` is shared with the sessions' memory store. */
export const memoryStaff = (records = new Map<string, StaffRecord>()): StaffStore => {
  const profiles = new Map<string, StaffPerson>();
  const people = new Map<string, Person>();
  return {
    invite: async (tenant, record, person) => {
      const existing = records.get(at(tenant, record.staffId));
      if (existing !== undefined) return existing;
      records.set(at(tenant, record.staffId), record);
      profiles.set(at(tenant, record.staffId), person);
      return undefined;
    },
    find: async (tenant, staffId) => records.get(at(tenant, staffId)),
    list: async (tenant, { limit, after }) => {
      const from = after?.['sk'];
      const own = [...records]
        .filter(([id, { staffId }]) => id.startsWith(tenant) && (typeof from !== 'string' || staffId > from))
        .map(([id, record]) => ({ record, person: profiles.get(id) }))
        .toSorted((a, b) => (a.record.staffId < b.record.staffId ? -1 : 1));
      const end = own[limit - 1];
      return {
        staff: own.slice(0, limit),
        last: own.length > limit && end !== undefined ? { pk: 'staff', sk: end.record.staffId } : undefined,
      };
    },
    remove: async (tenant, staffId, instant) => {
      const seen = records.get(at(tenant, staffId));
      records.set(at(tenant, staffId), {
        staffId,
        status: 'removed',
        roles: [],
        epoch: (seen?.epoch ?? 0) + 1,
        emailHash: seen?.emailHash ?? '',
        nonce: '',
        createdAt: seen?.createdAt ?? instant,
      });
      profiles.delete(at(tenant, staffId));
      for (const [hash, person] of people) {
        const memberships = person.memberships.filter((own) => own.tenant !== tenant || own.staffId !== staffId);
        people.set(hash, { ...person, memberships });
      }
    },
    activate: async (tenant, staffId, nonce) => {
      const seen = records.get(at(tenant, staffId));
      if (seen === undefined || seen.status === 'removed' || seen.nonce !== nonce) return false;
      records.set(at(tenant, staffId), { ...seen, status: 'active' });
      return true;
    },
    person: async (emailHash) => people.get(emailHash) ?? nobody,
    createLogin: async (emailHash, passwordHash) => {
      const person = people.get(emailHash) ?? nobody;
      if (person.login !== undefined) return false;
      people.set(emailHash, { ...person, login: { passwordHash } });
      return true;
    },
    join: async (emailHash, membership) => {
      const person = people.get(emailHash) ?? nobody;
      const others = person.memberships.filter(({ tenant }) => tenant !== membership.tenant);
      people.set(emailHash, { ...person, memberships: [...others, membership] });
    },
  };
};
