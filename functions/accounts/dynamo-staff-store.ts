import type { DynamoDb } from '../../lib/runtime/clients/dynamodb.ts';
import { ConditionFailed, systemDb, tenantDb, TransactionRefused } from '../../lib/runtime/db.ts';
import { key } from '../../lib/runtime/keys.ts';
import { personPk, STAFF_PK, staffKey, staffPersonKey } from './account-keys.ts';
import { Membership, PersonLogin, StaffPerson, StaffRecord, type StaffStore } from './staff-store.ts';

const LOGIN_SK = 'login';
const MEMBER = 'member#';

/** Staff in DynamoDB. */
export const dynamoStaff = (client: DynamoDb, table: string): StaffStore => {
  const db = tenantDb(client, table);
  const system = systemDb(client, table);
  return {
    invite: async (tenant, record, person) => {
      try {
        await db(tenant).transact([
          {
            put: { ...staffKey(record.staffId), ...record },
            condition: { expression: 'attribute_not_exists(pk)' },
          },
          { put: { ...staffPersonKey(record.staffId), ...person } },
        ]);
        return undefined;
      } catch (error) {
        const existing = error instanceof TransactionRefused ? error.reasons[0]?.item : undefined;
        if (existing === undefined) throw error;
        return StaffRecord.parse(existing);
      }
    },

    find: async (tenant, staffId) => {
      const item = await db(tenant).get(staffKey(staffId), { consistent: true });
      return item === undefined ? undefined : StaffRecord.parse(item);
    },

    list: async (tenant, { limit, after }) => {
      const { items, last } = await db(tenant).query({
        pk: STAFF_PK,
        limit,
        consistent: true,
        ...(after === undefined ? {} : { after }),
      });
      const records = items.map((item) => StaffRecord.parse(item));
      const people = await db(tenant).batchGet(records.map(({ staffId }) => staffPersonKey(staffId)));
      const byPk = new Map(people.map((item) => [item['pk'], StaffPerson.parse(item)]));
      return {
        staff: records.map((record) => ({ record, person: byPk.get(staffPersonKey(record.staffId).pk) })),
        last,
      };
    },

    remove: async (tenant, staffId, at) => {
      const seen = await db(tenant).get(staffKey(staffId), { consistent: true });
      const record = seen === undefined ? undefined : StaffRecord.parse(seen);
      await db(tenant).transact([
        {
          put: {
            ...staffKey(staffId),
            staffId,
            status: 'removed',
            roles: [],
            epoch: (record?.epoch ?? 0) + 1,
            emailHash: record?.emailHash ?? '',
            nonce: '',
            createdAt: record?.createdAt ?? at,
          } satisfies StaffRecord & { pk: string; sk: string },
        },
        { delete: staffPersonKey(staffId) },
      ]);
      if (record !== undefined && record.emailHash !== '') {
        await system.delete({ pk: personPk(record.emailHash), sk: key('member', tenant) });
      }
    },

    activate: async (tenant, staffId, nonce) => {
      try {
        await db(tenant).update(staffKey(staffId), {
          update: 'SET #status = :active',
          condition: 'nonce = :nonce AND #status IN (:invited, :active)',
          names: { '#status': 'status' },
          values: { ':active': 'active', ':invited': 'invited', ':nonce': nonce },
        });
        return true;
      } catch (error) {
        if (error instanceof ConditionFailed) return false;
        throw error;
      }
    },

    person: async (emailHash) => {
      const { items } = await system.query({ pk: personPk(emailHash), consistent: true });
      const login = items.find((item) => item['sk'] === LOGIN_SK);
      return {
        login: login === undefined ? undefined : PersonLogin.parse(login),
        memberships: items
          .filter((item) => String(item['sk']).startsWith(MEMBER))
          .map((item) => Membership.parse(item)),
      };
    },

    createLogin: async (emailHash, passwordHash) => {
      try {
        await system.put(
          { pk: personPk(emailHash), sk: LOGIN_SK, passwordHash },
          { expression: 'attribute_not_exists(pk)' },
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionFailed) return false;
        throw error;
      }
    },

    join: (emailHash, membership) =>
      system.put({ pk: personPk(emailHash), sk: MEMBER + membership.tenant, ...membership }),
  };
};
