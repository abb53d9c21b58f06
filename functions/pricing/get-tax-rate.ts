import * as z from 'zod';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { TaxRate, taxRateId, taxRateNotFound } from './model.ts';
import { taxRates } from './rule-kinds.ts';
import { getRule, type RuleDeps } from './rule-resource.ts';

export const getTaxRateRoute = defineRoute({
  method: 'GET',
  path: '/v1/pricing/tax-rates/{taxRateId}',
  summary: 'Get a tax rate',
  callers: ['staff', 'secret'],
  permission: 'pricing:read',
  params: z.object({ taxRateId: taxRateId.schema }),
  response: TaxRate,
  status: 200,
  errors: [taxRateNotFound],
});

export const getTaxRate =
  (deps: Pick<RuleDeps, 'rules'>): UseCase<typeof getTaxRateRoute> =>
  (request) =>
    getRule(deps, taxRates, request, request.params.taxRateId);
