import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { promotionEndsBeforeStart, Promotion, promotionId, PromotionInput, tooManyRules } from './model.ts';
import { promotions } from './rule-kinds.ts';
import { createRule, type RuleDeps } from './rule-resource.ts';

export const createPromotionRoute = defineRoute({
  method: 'POST',
  path: '/v1/pricing/promotions',
  summary: 'Create a promotion',
  callers: ['staff', 'secret'],
  permission: 'pricing:write',
  idempotency: 'required',
  body: PromotionInput,
  response: Promotion,
  status: 201,
  errors: [promotionEndsBeforeStart, tooManyRules],
});

export const createPromotion =
  (deps: RuleDeps): UseCase<typeof createPromotionRoute> =>
  async (request) => {
    const id = promotionId.derive(request.caller.tenant, request.idempotency.scope);
    const answer = await createRule(deps, promotions, request, id, (fields) => ({ id, ...request.body, ...fields }));
    return { ...answer, location: `${createPromotionRoute.path}/${id}` };
  };
