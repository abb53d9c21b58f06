import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { taxRateTaken, TaxRate, taxRateId, TaxRateInput, tooManyRules } from './model.ts';
import { taxRates } from './rule-kinds.ts';
import { createRule, type RuleDeps } from './rule-resource.ts';

export const createTaxRateRoute = defineRoute({
  method: 'POST',
  path: '/v1/pricing/tax-rates',
  summary: 'Create a tax rate',
  callers: ['staff', 'secret'],
  permission: 'pricing:write',
  idempotency: 'required',
  body: TaxRateInput,
  response: TaxRate,
  status: 201,
  errors: [taxRateTaken, tooManyRules],
});

export const createTaxRate =
  (deps: RuleDeps): UseCase<typeof createTaxRateRoute> =>
  async (request) => {
    const id = taxRateId.derive(request.caller.tenant, request.idempotency.scope);
    const answer = await createRule(deps, taxRates, request, id, (fields) => ({ id, ...request.body, ...fields }));
    return { ...answer, location: `${createTaxRateRoute.path}/${id}` };
  };
