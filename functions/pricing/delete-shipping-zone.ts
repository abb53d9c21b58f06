import * as z from 'zod';
import { versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { shippingZoneId, shippingZoneNotFound } from './model.ts';
import { shippingZones } from './rule-kinds.ts';
import { deleteRule, type RuleDeps } from './rule-resource.ts';

export const deleteShippingZoneRoute = defineRoute({
  method: 'DELETE',
  path: '/v1/pricing/shipping-zones/{shippingZoneId}',
  summary: 'Delete a shipping zone',
  callers: ['staff', 'secret'],
  permission: 'pricing:write',
  ifMatch: 'required',
  params: z.object({ shippingZoneId: shippingZoneId.schema }),
  status: 204,
  errors: [shippingZoneNotFound, versionMismatch],
});

export const deleteShippingZone =
  (deps: Pick<RuleDeps, 'rules'>): UseCase<typeof deleteShippingZoneRoute> =>
  (request) =>
    deleteRule(deps, shippingZones, request, request.params.shippingZoneId);
