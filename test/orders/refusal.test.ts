import { describe, expect, it } from 'vitest';
import { refusalOf, refusalProblem } from '../../functions/orders/refusal.ts';
import { quoteOf, variantOf } from './fixtures.ts';

describe('what a shopper hears of a refused step', () => {
  const lines = [{ variantId: variantOf('v0'), requested: 2, available: 1 }];
  it.each([
    ['lock', { status: 'refused', code: 'cart_closed', detail: 'x' }, 409, 'cart_closed', {}],
    ['lock', { status: 'refused', code: 'cart_not_found', detail: 'x' }, 404, 'cart_not_found', {}],
    ['quote', { status: 'refused', code: 'too_many_lines', detail: 'x' }, 422, 'too_many_lines', {}],
    [
      'quote',
      { status: 'refused', code: 'variant_unavailable', detail: 'x', variantIds: [variantOf('v0')] },
      409,
      'variant_unavailable',
      { variantIds: [variantOf('v0')] },
    ],
    [
      'quote',
      { status: 'refused', code: 'coupon_unknown', detail: 'x', coupon: 'TEN' },
      409,
      'coupon_unknown',
      { coupon: 'TEN' },
    ],
    ['place', { status: 'total_changed' }, 409, 'total_changed', { quote: quoteOf() }],
    ['place', { status: 'payment_missing' }, 422, 'payment_missing', {}],
    ['redeem', { status: 'exhausted', code: 'TEN' }, 409, 'coupon_exhausted', { coupon: 'TEN' }],
    ['reserve', { status: 'out_of_stock', lines }, 409, 'out_of_stock', { lines }],
    ['reserve', { status: 'too_many_lines' }, 422, 'too_many_lines', {}],
    [
      'authorize',
      { status: 'declined', code: 'no_money', detail: 'x' },
      402,
      'payment_declined',
      { declineCode: 'no_money' },
    ],
    ['authorize', { status: 'declined', code: 'x', detail: 'x', retryAfter: 5 }, 503, 'temporarily_unavailable', {}],
    ['authorize', { status: 'authentication_required' }, 402, 'authentication_required', {}],
    ['authorize', { status: 'closed' }, 409, 'checkout_failed', {}],
    ['redeem', { status: 'closed' }, 409, 'checkout_failed', {}],
    ['lock', { status: 'refused', code: 'new_code_of_carts', detail: 'x' }, 409, 'checkout_failed', {}],
    ['quote', 'nonsense', 409, 'checkout_failed', {}],
  ])('%s %j', (step, result, status, code, extensions) => {
    const problem = refusalProblem(refusalOf(step, result, { status: 'quoted', quote: quoteOf() }));
    expect(problem).toMatchObject({ status, code, extensions });
    expect(problem.message.length).toBeGreaterThan(0);
  });
});
