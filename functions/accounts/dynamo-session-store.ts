import * as z from 'zod';
import { ConditionFailed, type OpenTenantDb } from '../../lib/runtime/db.ts';
import { accessKey, sessionKey } from './account-keys.ts';
import { RoleName } from './roles.ts';
import { SessionRecord } from './session.ts';
import type { SessionStore } from './session-store.ts';

const AccessItem = z.object({
  status: z.string(),
  epoch: z.number().int(),
  roles: z.array(RoleName).default([]),
});

/** Sessions in DynamoDB. An ended or expired one goes by itself some time after its longest life. */
export const dynamoSessions = (db: OpenTenantDb): SessionStore => ({
  begin: (tenant, holder, session) =>
    db(tenant).put({
      ...sessionKey(holder, session.sessionId),
      ...session,
      ttl: Math.floor(Date.parse(session.endsAt) / 1000),
    }),

  find: async (tenant, holder, sessionId) => {
    const item = await db(tenant).get(sessionKey(holder, sessionId), { consistent: true });
    return item === undefined ? undefined : SessionRecord.parse(item);
  },

  access: async (tenant, holder) => {
    const item = await db(tenant).get(accessKey(holder), { consistent: true });
    if (item === undefined) return undefined;
    const { status, epoch, roles } = AccessItem.parse(item);
    return status === 'active' ? { epoch, roles } : undefined;
  },

  rotate: async (tenant, holder, sessionId, { from, to, now, expiresAt }) => {
    try {
      await db(tenant).update(sessionKey(holder, sessionId), {
        update: 'SET refreshHash = :to, expiresAt = :expiresAt',
        condition: '#status = :active AND refreshHash = :from AND expiresAt > :now',
        names: { '#status': 'status' },
        values: { ':to': to, ':from': from, ':active': 'active', ':now': now, ':expiresAt': expiresAt },
      });
      return 'rotated';
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      if (error.item === undefined) return 'ended';
      const session = SessionRecord.parse(error.item);
      return session.status === 'active' && session.expiresAt > now ? 'reused' : 'ended';
    }
  },

  end: async (tenant, holder, sessionId) => {
    try {
      await db(tenant).update(sessionKey(holder, sessionId), {
        update: 'SET #status = :ended',
        condition: 'attribute_exists(pk)',
        names: { '#status': 'status' },
        values: { ':ended': 'ended' },
      });
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error; // there is no such session
    }
  },

  endAll: async (tenant, holder) => {
    try {
      await db(tenant).update(accessKey(holder), {
        update: 'ADD epoch :one',
        condition: 'attribute_exists(pk)',
        values: { ':one': 1 },
      });
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error; // there is no such holder
    }
  },
});
