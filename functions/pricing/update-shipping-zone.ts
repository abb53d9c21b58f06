import * as z from 'zod';
import { versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { countryTaken, ShippingZone, shippingZoneId, shippingZoneNotFound, ShippingZonePatch } from './model.ts';
import { shippingZones } from './rule-kinds.ts';
import { type RuleDeps, updateRule } from './rule-resource.ts';
import { StoredShippingZone } from './rules.ts';

export const updateShippingZoneRoute = defineRoute({
  method: 'PATCH',
  path: '/v1/pricing/shipping-zones/{shippingZoneId}',
  summary: 'Change a shipping zone',
  callers: ['staff', 'secret'],
  permission: 'pricing:write',
  ifMatch: 'required',
  params: z.object({ shippingZoneId: shippingZoneId.schema }),
  body: ShippingZonePatch,
  response: ShippingZone,
  status: 200,
  errors: [shippingZoneNotFound, countryTaken, versionMismatch],
});

export const updateShippingZone =
  (deps: RuleDeps): UseCase<typeof updateShippingZoneRoute> =>
  (request) =>
    updateRule(deps, shippingZones, request, request.params.shippingZoneId, (before, fields) =>
      StoredShippingZone.parse({ ...before, ...request.body, ...fields }),
    );
