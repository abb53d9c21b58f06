import { ListQuery, pageOf } from '../../lib/runtime/cursor.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { Promotion } from './model.ts';
import { promotions } from './rule-kinds.ts';
import { listRules, type RuleDeps } from './rule-resource.ts';

export const listPromotionsRoute = defineRoute({
  method: 'GET',
  path: '/v1/pricing/promotions',
  summary: 'List promotions',
  callers: ['staff', 'secret'],
  permission: 'pricing:read',
  query: ListQuery.strict(),
  response: pageOf(Promotion),
  status: 200,
});

export const listPromotions =
  (deps: Pick<RuleDeps, 'rules'>): UseCase<typeof listPromotionsRoute> =>
  (request) =>
    listRules(deps, promotions, request);
