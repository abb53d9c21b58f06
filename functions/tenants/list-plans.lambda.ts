import { api } from '../../lib/runtime/api.ts';
import { listPlans, listPlansRoute } from './list-plans.ts';

export const handler = api(listPlansRoute, listPlans());
