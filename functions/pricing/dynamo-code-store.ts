import { assertSameRequest } from '../../lib/runtime/api.ts';
import { type Item, type OpenTenantDb, TransactionRefused } from '../../lib/runtime/db.ts';
import { codeKey, promotionPartition, requestKey } from './keys.ts';
import { Code } from './model.ts';
import type { CodeStore } from './store.ts';

/** How long a repeated request is recognized. */
const REQUEST_KEPT_SECONDS = 48 * 3600;

/** Absent rather than null, so that conditions can ask for the attribute. */
const toItem = (code: Code): Item => ({
  ...codeKey(code.code),
  ...code,
  gsi1pk: promotionPartition(code.promotionId),
  gsi1sk: code.code,
});

/**
 * A code's key is the code itself, so that it can be taken once only. The request is recognized by an item of its own: the
 * same Idempotency-Key with another code must not make a second one.
 */
export const dynamoCodes = (db: OpenTenantDb): CodeStore => ({
  create: async (tenant, code, idempotency) => {
    const request = {
      ...requestKey(idempotency.scope),
      requestHash: idempotency.requestHash,
      code: code.code,
      ttl: Math.floor(new Date(code.createdAt).getTime() / 1000) + REQUEST_KEPT_SECONDS,
    };
    const absent = { expression: 'attribute_not_exists(pk)' };
    try {
      await db(tenant).transact([
        { put: request, condition: absent },
        { put: toItem(code), condition: absent },
      ]);
      return { status: 'created', code };
    } catch (error) {
      if (!(error instanceof TransactionRefused)) throw error;
      const earlier = error.reasons[0]?.item;
      if (earlier === undefined) return { status: 'taken' };
      assertSameRequest(earlier['requestHash'], idempotency);
      const stored = await db(tenant).get(codeKey(code.code), { consistent: true });
      return { status: 'replayed', code: Code.parse(stored) };
    }
  },
  list: async (tenant, promotionId, limit, after) => {
    const page = await db(tenant).query({
      index: 'gsi1',
      pk: promotionPartition(promotionId),
      limit,
      ...(after === undefined ? {} : { after }),
    });
    return { items: page.items.map((item) => Code.parse(item)), last: page.last };
  },
});
