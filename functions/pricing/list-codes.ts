import * as z from 'zod';
import { decodeCursor, encodeCursor, ListQuery, pageOf } from '../../lib/runtime/cursor.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { Code, promotionId, promotionNotFound } from './model.ts';
import { promotions } from './rule-kinds.ts';
import { getRule } from './rule-resource.ts';
import type { CodeStore, RulesStore } from './store.ts';

export const listCodesRoute = defineRoute({
  method: 'GET',
  path: '/v1/pricing/promotions/{promotionId}/codes',
  summary: 'List the codes of a promotion',
  callers: ['staff', 'secret'],
  permission: 'pricing:read',
  params: z.object({ promotionId: promotionId.schema }),
  query: ListQuery.strict(),
  response: pageOf(Code),
  status: 200,
  errors: [promotionNotFound],
});

export const listCodes =
  ({ rules, codes }: { readonly rules: RulesStore; readonly codes: CodeStore }): UseCase<typeof listCodesRoute> =>
  async (request) => {
    const { caller, params, query } = request;
    await getRule({ rules }, promotions, request, params.promotionId);
    const filter = { codesOf: params.promotionId };
    const after = query.cursor === undefined ? undefined : decodeCursor(caller.tenant, filter, query.cursor);
    const page = await codes.list(caller.tenant, params.promotionId, query.limit, after);
    const next = page.last === undefined ? null : encodeCursor(caller.tenant, filter, page.last);
    return { body: { items: [...page.items], next } };
  };
