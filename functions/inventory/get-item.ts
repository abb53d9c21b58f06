import * as z from 'zod';
import { OpaqueId } from '../../lib/runtime/ids.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { itemNotFound, StockItem } from './model.ts';
import type { StockStore } from './store.ts';

export const getItemRoute = defineRoute({
  method: 'GET',
  path: '/v1/inventory/items/{variantId}',
  summary: "Get how a variant's stock is kept",
  callers: ['staff', 'secret'],
  permission: 'inventory:read',
  params: z.object({ variantId: OpaqueId }),
  response: StockItem,
  status: 200,
  errors: [itemNotFound],
});

export const getItem =
  ({ stock }: { readonly stock: StockStore }): UseCase<typeof getItemRoute> =>
  async ({ caller, params }) => {
    const item = await stock.find(caller.tenant, params.variantId);
    if (item === undefined) throw itemNotFound(`There is no inventory item for the variant ${params.variantId}.`);
    return { body: item, version: item.version };
  };
