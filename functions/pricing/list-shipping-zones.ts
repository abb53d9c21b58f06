import { ListQuery, pageOf } from '../../lib/runtime/cursor.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { ShippingZone } from './model.ts';
import { shippingZones } from './rule-kinds.ts';
import { listRules, type RuleDeps } from './rule-resource.ts';

export const listShippingZonesRoute = defineRoute({
  method: 'GET',
  path: '/v1/pricing/shipping-zones',
  summary: 'List shipping zones',
  callers: ['staff', 'secret'],
  permission: 'pricing:read',
  query: ListQuery.strict(),
  response: pageOf(ShippingZone),
  status: 200,
});

export const listShippingZones =
  (deps: Pick<RuleDeps, 'rules'>): UseCase<typeof listShippingZonesRoute> =>
  (request) =>
    listRules(deps, shippingZones, request);
