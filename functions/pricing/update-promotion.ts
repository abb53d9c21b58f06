import * as z from 'zod';
import { versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { promotionEndsBeforeStart, Promotion, promotionId, promotionNotFound, PromotionPatch } from './model.ts';
import { promotions } from './rule-kinds.ts';
import { type RuleDeps, updateRule } from './rule-resource.ts';
import { StoredPromotion } from './rules.ts';

export const updatePromotionRoute = defineRoute({
  method: 'PATCH',
  path: '/v1/pricing/promotions/{promotionId}',
  summary: 'Change a promotion',
  callers: ['staff', 'secret'],
  permission: 'pricing:write',
  ifMatch: 'required',
  params: z.object({ promotionId: promotionId.schema }),
  body: PromotionPatch,
  response: Promotion,
  status: 200,
  errors: [promotionNotFound, promotionEndsBeforeStart, versionMismatch],
});

export const updatePromotion =
  (deps: RuleDeps): UseCase<typeof updatePromotionRoute> =>
  (request) =>
    updateRule(deps, promotions, request, request.params.promotionId, (before, fields) =>
      StoredPromotion.parse({ ...before, ...request.body, ...fields }),
    );
