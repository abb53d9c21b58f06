import { beforeEach, describe, expect, it } from 'vitest';
import { authorize } from '../../functions/payments/authorize.ts';
import { guardedProvider } from '../../functions/payments/guarded-provider.ts';
import { memoryPayments } from '../../functions/payments/memory-payment-store.ts';
import { memoryTestBooks } from '../../functions/payments/memory-test-books.ts';
import { paymentIdOf } from '../../functions/payments/model.ts';
import type { SettleDeps } from '../../functions/payments/settle.ts';
import { testProvider } from '../../functions/payments/test-provider.ts';
import { voidPayment } from '../../functions/payments/void.ts';
import { createBreaker, ownCircuits } from '../../lib/runtime/breaker.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import { EUR, orderOf, START, tenantA, tenantB } from '../orders/fixtures.ts';

let deps: SettleDeps;
let now: number;
let asked: number;
beforeEach(() => {
  now = START.getTime();
  asked = 0;
  const bank = testProvider(memoryTestBooks());
  const breaker = createBreaker({
    circuits: ownCircuits(),
    now: () => now,
    newProbe: () => String(now),
    tell: () => undefined,
  });
  deps = {
    payments: memoryPayments(),
    provider: (tenant, name) => {
      const open = bank(tenant);
      return guardedProvider(breaker, tenant, name, {
        ...open,
        authorize: (intent, remember) => {
          asked += 1;
          return open.authorize(intent, remember);
        },
      });
    },
    now: () => new Date(now),
  };
});

const pay = (name: string, method: string, tenant: TenantId = tenantA) =>
  authorize(deps)(
    { tenant, traceId: 't' },
    { orderId: orderOf(name), amount: 1, currency: EUR, provider: 'test', method },
  );
const fiveTimeouts = async () => {
  for (const order of ['1', '2', '3', '4', '5']) {
    expect(await pay(order, 'card_timeout_lost')).toEqual({ status: 'unknown' });
  }
};

describe('a provider that does not answer', () => {
  it('is asked no more after five time-outs, and says when to come again', async () => {
    await fiveTimeouts();
    expect(await pay('6', 'card_approved')).toMatchObject({
      status: 'declined',
      code: 'provider_unavailable',
      retryAfter: 5,
    });
    expect(asked).toBe(5);
    now += 5000;
    expect(await pay('7', 'card_approved')).toMatchObject({ status: 'authorized' });
    expect(await pay('8', 'card_approved')).toMatchObject({ status: 'authorized' });
  });

  it('is left alone for that tenant only', async () => {
    await fiveTimeouts();
    expect(await pay('6', 'card_approved', tenantB)).toMatchObject({ status: 'authorized' });
  });

  it('leaves nothing to undo for an order that it was not asked about', async () => {
    await fiveTimeouts();
    await pay('6', 'card_approved');
    expect(await deps.payments(tenantA).find(paymentIdOf(tenantA, orderOf('6')))).toBe('closed');
    const undone = voidPayment(deps)({ tenant: tenantA, traceId: 't' }, { orderId: orderOf('6'), provider: 'test' });
    expect(await undone).toEqual({ status: 'nothing' });
  });

  it('keeps what an earlier try of the same order has left', async () => {
    await fiveTimeouts();
    expect(await pay('1', 'card_timeout_lost')).toEqual({ status: 'unknown' });
  });

  it('may decline as often as it likes', async () => {
    for (let order = 0; order < 20; order += 1)
      expect(await pay(String(order), 'card_declined')).toMatchObject({ status: 'declined' });
  });
});
