import type { Key } from '../../lib/runtime/db.ts';
import { key } from '../../lib/runtime/keys.ts';

/** Where things lie in the pricing table; the tenant comes before every partition key by itself. */
export const rulesKey: Key = { pk: 'rules', sk: 'meta' };
export const variantKey = (variantId: string): Key => ({ pk: key('variant', variantId), sk: 'price' });
export const codeKey = (code: string): Key => ({ pk: key('code', code), sk: 'meta' });
export const customerUseKey = (code: string, customerKey: string): Key => ({
  pk: key('code', code),
  sk: key('customer', customerKey),
});
export const redemptionKey = (orderId: string): Key => ({ pk: key('redemption', orderId), sk: 'meta' });
export const requestKey = (scope: string): Key => ({ pk: key('request', scope), sk: 'meta' });
export const promotionPartition = (promotionId: string): string => key('promotion', promotionId);
