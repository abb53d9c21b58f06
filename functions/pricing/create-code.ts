import * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { Code, CodeInput, codeTaken, promotionId, promotionNotFound } from './model.ts';
import { promotions } from './rule-kinds.ts';
import { getRule } from './rule-resource.ts';
import type { CodeStore, RulesStore } from './store.ts';

export const createCodeRoute = defineRoute({
  method: 'POST',
  path: '/v1/pricing/promotions/{promotionId}/codes',
  summary: 'Create a code of a promotion',
  callers: ['staff', 'secret'],
  permission: 'pricing:write',
  idempotency: 'required',
  params: z.object({ promotionId: promotionId.schema }),
  body: CodeInput,
  response: Code,
  status: 201,
  errors: [promotionNotFound, codeTaken],
});

interface Deps {
  readonly rules: RulesStore;
  readonly codes: CodeStore;
  readonly now: Clock;
}

export const createCode =
  ({ rules, codes, now }: Deps): UseCase<typeof createCodeRoute> =>
  async (request) => {
    const { caller, params, body, idempotency } = request;
    const promotion = (await getRule({ rules }, promotions, request, params.promotionId)).body;
    const code: Code = { ...body, promotionId: promotion.id, redeemed: 0, createdAt: toInstant(now()) };
    const made = await codes.create(caller.tenant, code, idempotency);
    if (made.status === 'taken') throw codeTaken(`The code ${code.code} is in use. Codes are unique in a shop.`);
    return { body: made.code, replayed: made.status === 'replayed' };
  };
