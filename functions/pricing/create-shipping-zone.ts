import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { countryTaken, ShippingZone, shippingZoneId, ShippingZoneInput, tooManyRules } from './model.ts';
import { shippingZones } from './rule-kinds.ts';
import { createRule, type RuleDeps } from './rule-resource.ts';

export const createShippingZoneRoute = defineRoute({
  method: 'POST',
  path: '/v1/pricing/shipping-zones',
  summary: 'Create a shipping zone',
  callers: ['staff', 'secret'],
  permission: 'pricing:write',
  idempotency: 'required',
  body: ShippingZoneInput,
  response: ShippingZone,
  status: 201,
  errors: [countryTaken, tooManyRules],
});

export const createShippingZone =
  (deps: RuleDeps): UseCase<typeof createShippingZoneRoute> =>
  async (request) => {
    const id = shippingZoneId.derive(request.caller.tenant, request.idempotency.scope);
    const answer = await createRule(deps, shippingZones, request, id, (fields) => ({ id, ...request.body, ...fields }));
    return { ...answer, location: `${createShippingZoneRoute.path}/${id}` };
  };
