import * as z from 'zod';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { Promotion, promotionId, promotionNotFound } from './model.ts';
import { promotions } from './rule-kinds.ts';
import { getRule, type RuleDeps } from './rule-resource.ts';

export const getPromotionRoute = defineRoute({
  method: 'GET',
  path: '/v1/pricing/promotions/{promotionId}',
  summary: 'Get a promotion',
  callers: ['staff', 'secret'],
  permission: 'pricing:read',
  params: z.object({ promotionId: promotionId.schema }),
  response: Promotion,
  status: 200,
  errors: [promotionNotFound],
});

export const getPromotion =
  (deps: Pick<RuleDeps, 'rules'>): UseCase<typeof getPromotionRoute> =>
  (request) =>
    getRule(deps, promotions, request, request.params.promotionId);
