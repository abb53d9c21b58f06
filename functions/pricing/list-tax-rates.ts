import { ListQuery, pageOf } from '../../lib/runtime/cursor.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { TaxRate } from './model.ts';
import { taxRates } from './rule-kinds.ts';
import { listRules, type RuleDeps } from './rule-resource.ts';

export const listTaxRatesRoute = defineRoute({
  method: 'GET',
  path: '/v1/pricing/tax-rates',
  summary: 'List tax rates',
  callers: ['staff', 'secret'],
  permission: 'pricing:read',
  query: ListQuery.strict(),
  response: pageOf(TaxRate),
  status: 200,
});

export const listTaxRates =
  (deps: Pick<RuleDeps, 'rules'>): UseCase<typeof listTaxRatesRoute> =>
  (request) =>
    listRules(deps, taxRates, request);
