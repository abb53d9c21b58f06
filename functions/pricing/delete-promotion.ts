import * as z from 'zod';
import { versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { promotionId, promotionNotFound } from './model.ts';
import { promotions } from './rule-kinds.ts';
import { deleteRule, type RuleDeps } from './rule-resource.ts';

export const deletePromotionRoute = defineRoute({
  method: 'DELETE',
  path: '/v1/pricing/promotions/{promotionId}',
  summary: 'Delete a promotion',
  callers: ['staff', 'secret'],
  permission: 'pricing:write',
  ifMatch: 'required',
  params: z.object({ promotionId: promotionId.schema }),
  status: 204,
  errors: [promotionNotFound, versionMismatch],
});

export const deletePromotion =
  (deps: Pick<RuleDeps, 'rules'>): UseCase<typeof deletePromotionRoute> =>
  (request) =>
    deleteRule(deps, promotions, request, request.params.promotionId);
