import { Currency } from '../../lib/runtime/money.ts';
import { idOf, NOW, tenantA } from './fixtures.ts';

/** An event of an order as a consumer gets it. */
export const orderEvent = (type: string, cartId: string, orderId: string) => ({
  id: `${orderId}:2`,
  tenant: tenantA,
  type,
  version: 1,
  time: NOW,
  aggregateId: orderId,
  sequence: 2,
  actor: { type: 'system' as const, id: 'cartwright' },
  correlationId: 'trace',
  detail: {
    orderId,
    number: 'A-1',
    cartId,
    customerId: null,
    currency: Currency.parse('EUR'),
    total: 100,
    taxTotal: 0,
    lines: [],
    linesComplete: true,
    codes: [],
    payment: { provider: 'test', paymentId: idOf('pay', orderId), amount: 100 },
    capture: 'now' as const,
    placedAt: NOW,
    code: 'out_of_stock',
  },
});
