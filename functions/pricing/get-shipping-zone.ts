import * as z from 'zod';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { ShippingZone, shippingZoneId, shippingZoneNotFound } from './model.ts';
import { shippingZones } from './rule-kinds.ts';
import { getRule, type RuleDeps } from './rule-resource.ts';

export const getShippingZoneRoute = defineRoute({
  method: 'GET',
  path: '/v1/pricing/shipping-zones/{shippingZoneId}',
  summary: 'Get a shipping zone',
  callers: ['staff', 'secret'],
  permission: 'pricing:read',
  params: z.object({ shippingZoneId: shippingZoneId.schema }),
  response: ShippingZone,
  status: 200,
  errors: [shippingZoneNotFound],
});

export const getShippingZone =
  (deps: Pick<RuleDeps, 'rules'>): UseCase<typeof getShippingZoneRoute> =>
  (request) =>
    getRule(deps, shippingZones, request, request.params.shippingZoneId);
