import * as z from 'zod';
import { secondsAfter, toInstant } from '../../lib/runtime/clock.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { assertWithin, type KeyDeps, recordOf } from './issue-key.ts';
import { KeyId, keyId, NewApiKey, toApiKey } from './key-model.ts';
import { keyExpiring, keyNotFound } from './model.ts';

const WEEK = 7 * 24 * 3600;

export const rotateKeyRoute = defineRoute({
  method: 'POST',
  path: '/v1/tenants/current/keys/{keyId}/rotate',
  summary: 'Replace an API key; the old one holds for overlapSeconds more',
  callers: ['staff', 'secret'],
  permission: 'keys:write',
  params: z.strictObject({ keyId: KeyId }),
  body: z.strictObject({ overlapSeconds: z.number().int().min(0).max(WEEK) }),
  response: NewApiKey,
  status: 201,
  errors: [keyNotFound, keyExpiring],
});

/**
 * Makes the successor of a key, with the same kind and permissions. A key has one successor, whose id comes from the
 * old one's: asking again answers with it (without the secret) and finishes what an earlier try began.
 */
export const rotateKey =
  ({ keys, newApiKey, now }: KeyDeps): UseCase<typeof rotateKeyRoute> =>
  async ({ caller, params, body: { overlapSeconds } }) => {
    const { tenant } = caller;
    const old = await keys.find(tenant, params.keyId);
    if (old === undefined) throw keyNotFound(`No key has the id ${params.keyId}.`);
    assertWithin(old.permissions, caller.permissions);

    const secret = newApiKey(old.kind);
    const successor = recordOf(keyId.derive(tenant, 'rotate', old.keyId), secret, {
      kind: old.kind,
      permissions: old.permissions,
      name: old.name,
      replaces: { keyId: old.keyId, overlapSeconds },
      requestHash: null,
      createdAt: toInstant(now()),
    });
    const existing = await keys.add(tenant, successor);
    if (existing !== undefined && existing.replaces?.overlapSeconds !== overlapSeconds) {
      throw keyExpiring(
        `The key was rotated already, with another overlap; ${existing.keyId} replaces it. Rotate that one, or delete this one.`,
      );
    }
    const current = existing ?? successor;
    const at = secondsAfter(new Date(current.createdAt), overlapSeconds);
    await keys.retire(tenant, old, { at, replacedBy: current.keyId });
    return {
      body: { ...toApiKey(current), secret: existing === undefined ? secret : null },
      replayed: existing !== undefined,
    };
  };
