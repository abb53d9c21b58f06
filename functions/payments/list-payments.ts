import { decodeCursor, encodeCursor, ListQuery, pageOf } from '../../lib/runtime/cursor.ts';
import { OpaqueId } from '../../lib/runtime/ids.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { paymentIdOf, PaymentView } from './model.ts';
import type { OpenPayments } from './store.ts';

export const listPaymentsRoute = defineRoute({
  method: 'GET',
  path: '/v1/payments',
  summary: 'Payments, newest first',
  callers: ['secret', 'staff'],
  permission: 'payments:read',
  query: ListQuery.extend({ orderId: OpaqueId.optional() }).strict(),
  response: pageOf(PaymentView),
  status: 200,
});

export const listPayments =
  ({ payments }: { readonly payments: OpenPayments }): UseCase<typeof listPaymentsRoute> =>
  async ({ caller, query: { limit, cursor, orderId } }) => {
    const store = payments(caller.tenant);
    if (orderId !== undefined) {
      const record = await store.find(paymentIdOf(caller.tenant, orderId));
      return { body: { items: record === undefined || record === 'closed' ? [] : [record], next: null } };
    }
    const after = cursor === undefined ? undefined : decodeCursor(caller.tenant, {}, cursor);
    const page = await store.list(limit, after);
    const next = page.next === undefined ? null : encodeCursor(caller.tenant, {}, page.next);
    return { body: { items: [...page.payments], next } };
  };
