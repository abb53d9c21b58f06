import { describe, expect, it } from 'vitest';
import type { ApiClient, ApiResponse } from '../../lib/client/http.ts';
import { placedBy } from '../../lib/client/sale.ts';
import { sampleShop } from '../../lib/client/sample-shop.ts';

const shop = {
  ...sampleShop('alder', 'Alder'),
  tenantId: 'tnt',
  secretKey: 'sk',
  publishableKey: 'pk',
  ownerInvitation: undefined,
};
const answerOf = (status: number, body: unknown): ApiResponse => ({
  status,
  headers: {},
  body,
  text: JSON.stringify(body),
});
const order = { id: 'ord_1', number: '1', status: 'confirmed', total: 5, currency: 'EUR', lines: [] };

/** Answers in turn; remembers what it was asked. */
const apiOf = (...answers: readonly ApiResponse[]) => {
  const asked: string[] = [];
  const left = [...answers];
  const api: ApiClient = {
    send: async (method, path, request) => {
      asked.push(`${method} ${path} ${request?.headers?.['order-token']}`);
      return left.shift() ?? answerOf(500, {});
    },
    close: () => undefined,
  };
  return { api, asked };
};

describe('the order of a checkout', () => {
  it('is in its answer', async () => {
    const { api, asked } = apiOf();
    expect(await placedBy(api, shop, answerOf(201, { order, orderToken: 'tok' }))).toEqual({
      order,
      orderToken: 'tok',
    });
    expect(asked).toEqual([]);
  });

  it('is waited for where the answer is that it takes longer', async () => {
    const { api, asked } = apiOf(answerOf(200, { status: 'completed', order, refusal: null }));
    const pending = answerOf(202, { checkoutId: 'ord_1', status: 'pending', orderToken: 'tok' });
    expect(await placedBy(api, shop, pending)).toEqual({ order, orderToken: 'tok' });
    expect(asked).toEqual(['GET /v1/orders/checkouts/ord_1 tok']);
  });

  it('is an error that can be read, when it was refused at once or later', async () => {
    const problem = { code: 'out_of_stock', detail: 'Too few' };
    await expect(placedBy(apiOf().api, shop, answerOf(409, problem))).rejects.toThrow(
      'POST /v1/orders/checkouts answered 409: {"code":"out_of_stock"',
    );
    const { api } = apiOf(answerOf(200, { status: 'refused', order: null, refusal: { code: 'payment_declined' } }));
    const pending = answerOf(202, { checkoutId: 'ord_1', status: 'pending' });
    await expect(placedBy(api, shop, pending)).rejects.toThrow('Checkout ord_1 was refused: payment_declined');
  });
});
