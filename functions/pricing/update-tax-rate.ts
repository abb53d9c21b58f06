import * as z from 'zod';
import { versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { taxRateTaken, TaxRate, taxRateId, taxRateNotFound, TaxRatePatch } from './model.ts';
import { taxRates } from './rule-kinds.ts';
import { type RuleDeps, updateRule } from './rule-resource.ts';
import { StoredTaxRate } from './rules.ts';

export const updateTaxRateRoute = defineRoute({
  method: 'PATCH',
  path: '/v1/pricing/tax-rates/{taxRateId}',
  summary: 'Change a tax rate',
  callers: ['staff', 'secret'],
  permission: 'pricing:write',
  ifMatch: 'required',
  params: z.object({ taxRateId: taxRateId.schema }),
  body: TaxRatePatch,
  response: TaxRate,
  status: 200,
  errors: [taxRateNotFound, taxRateTaken, versionMismatch],
});

export const updateTaxRate =
  (deps: RuleDeps): UseCase<typeof updateTaxRateRoute> =>
  (request) =>
    updateRule(deps, taxRates, request, request.params.taxRateId, (before, fields) =>
      StoredTaxRate.parse({ ...before, ...request.body, ...fields }),
    );
