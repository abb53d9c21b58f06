import * as z from 'zod';
import { pageOf } from '../../lib/runtime/cursor.ts';
import { OpaqueId } from '../../lib/runtime/ids.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { Reservation } from './model.ts';
import type { ReservationStore } from './store.ts';

export const listReservationsRoute = defineRoute({
  method: 'GET',
  path: '/v1/inventory/reservations',
  summary: 'Get what an order has reserved: a list of one, or none',
  callers: ['staff', 'secret'],
  permission: 'inventory:read',
  query: z.strictObject({ orderId: OpaqueId }),
  response: pageOf(Reservation),
  status: 200,
});

export const listReservations =
  ({ reservations }: { readonly reservations: ReservationStore }): UseCase<typeof listReservationsRoute> =>
  async ({ caller, query }) => {
    const found = await reservations.find(caller.tenant, query.orderId);
    return { body: { items: found === undefined ? [] : [found], next: null } };
  };
