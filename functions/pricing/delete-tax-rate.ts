import * as z from 'zod';
import { versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { taxRateId, taxRateNotFound } from './model.ts';
import { taxRates } from './rule-kinds.ts';
import { deleteRule, type RuleDeps } from './rule-resource.ts';

export const deleteTaxRateRoute = defineRoute({
  method: 'DELETE',
  path: '/v1/pricing/tax-rates/{taxRateId}',
  summary: 'Delete a tax rate',
  callers: ['staff', 'secret'],
  permission: 'pricing:write',
  ifMatch: 'required',
  params: z.object({ taxRateId: taxRateId.schema }),
  status: 204,
  errors: [taxRateNotFound, versionMismatch],
});

export const deleteTaxRate =
  (deps: Pick<RuleDeps, 'rules'>): UseCase<typeof deleteTaxRateRoute> =>
  (request) =>
    deleteRule(deps, taxRates, request, request.params.taxRateId);
