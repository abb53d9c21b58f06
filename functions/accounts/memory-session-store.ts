import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { CustomerAccount } from './customer-model.ts';
import type { SessionHolder, SessionRecord } from './session.ts';
import type { SessionStore } from './session-store.ts';
import type { StaffRecord } from './staff-store.ts';

const at = (tenant: TenantId, { actorId }: SessionHolder): string => `${tenant}/${actorId}`;

/** Sessions in memory: for tests of what is above the store. The holders are those of the other memory stores. */
export const memorySessions = (
  staff: Map<string, StaffRecord>,
  customers: Map<string, CustomerAccount>,
): SessionStore => {
  const sessions = new Map<string, SessionRecord>();
  return {
    begin: async (tenant, holder, session) => {
      sessions.set(`${at(tenant, holder)}/${session.sessionId}`, session);
    },
    find: async (tenant, holder, id) => sessions.get(`${at(tenant, holder)}/${id}`),
    access: async (tenant, holder) => {
      if (holder.kind === 'customer') {
        const account = customers.get(at(tenant, holder));
        return account === undefined ? undefined : { epoch: account.epoch, roles: [] };
      }
      const record = staff.get(at(tenant, holder));
      return record?.status === 'active' ? { epoch: record.epoch, roles: record.roles } : undefined;
    },
    rotate: async (tenant, holder, id, { from, to, now, expiresAt }) => {
      const place = `${at(tenant, holder)}/${id}`;
      const session = sessions.get(place);
      if (session === undefined || session.status === 'ended' || session.expiresAt <= now) return 'ended';
      if (session.refreshHash !== from) return 'reused';
      sessions.set(place, { ...session, refreshHash: to, expiresAt });
      return 'rotated';
    },
    end: async (tenant, holder, id) => {
      const place = `${at(tenant, holder)}/${id}`;
      const session = sessions.get(place);
      if (session !== undefined) sessions.set(place, { ...session, status: 'ended' });
    },
    endAll: async (tenant, holder) => {
      const place = at(tenant, holder);
      const account = customers.get(place);
      const record = staff.get(place);
      if (account !== undefined) customers.set(place, { ...account, epoch: account.epoch + 1 });
      if (record !== undefined) staff.set(place, { ...record, epoch: record.epoch + 1 });
    },
  };
};
