import * as z from 'zod';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { Plan, PLANS } from './plans.ts';

export const listPlansRoute = defineRoute({
  method: 'GET',
  path: '/v1/tenants/plans',
  summary: 'List the plans that tenants can have',
  callers: ['operator'],
  response: z.object({ items: z.array(Plan), next: z.null() }),
  status: 200,
});

/** Plans are configuration, and few: one page. */
export const listPlans = (): UseCase<typeof listPlansRoute> => async () => ({
  body: { items: [...PLANS], next: null },
});
