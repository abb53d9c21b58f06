import * as z from 'zod';
import { OpaqueId } from '../../lib/runtime/ids.ts';
import { CouponCode, MAX_CODES } from '../pricing/calls.ts';
import { Address, type CartLine } from './calls.ts';
import {
  type Cart,
  Email,
  lineNotFound,
  MAX_CART_LINES,
  MAX_QUANTITY,
  MethodId,
  quantityTooLarge,
  tooManyCodes,
  tooManyLines,
} from './model.ts';

const Quantity = z.number().int().min(1).max(MAX_QUANTITY);
const QuantityOrNone = z.number().int().min(0).max(MAX_QUANTITY);

/** One change of a cart. A line is known by its variant: adding one that is there adds to its quantity. */
export const Change = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('addLine'), variantId: OpaqueId, quantity: Quantity }),
  /** 0 removes the line. */
  z.strictObject({ op: z.literal('setQuantity'), variantId: OpaqueId, quantity: QuantityOrNone }),
  z.strictObject({ op: z.literal('removeLine'), variantId: OpaqueId }),
  z.strictObject({ op: z.literal('setAddress'), shippingAddress: Address.nullable() }),
  z.strictObject({ op: z.literal('setShipping'), shippingMethodId: MethodId.nullable() }),
  z.strictObject({ op: z.literal('addCode'), code: CouponCode }),
  z.strictObject({ op: z.literal('removeCode'), code: CouponCode }),
  z.strictObject({ op: z.literal('setEmail'), email: Email.nullable() }),
]);
export type Change = z.output<typeof Change>;

/** Equal variants become one line, at the place of the first. @throws too_many_lines, quantity_too_large */
export const mergeLines = (lines: readonly CartLine[]): CartLine[] => {
  const merged = new Map<string, number>();
  for (const { variantId, quantity } of lines) merged.set(variantId, (merged.get(variantId) ?? 0) + quantity);
  if (merged.size > MAX_CART_LINES) {
    throw tooManyLines(`A cart has ${MAX_CART_LINES} lines at most; this would have ${merged.size}.`);
  }
  return [...merged].map(([variantId, quantity]) => {
    if (quantity > MAX_QUANTITY) {
      throw quantityTooLarge(`A line has ${MAX_QUANTITY} pieces at most; ${variantId} would have ${quantity}.`);
    }
    return { variantId, quantity };
  });
};

const withQuantity = (lines: readonly CartLine[], variantId: string, quantity: number): CartLine[] => {
  if (!lines.some((line) => line.variantId === variantId)) throw lineNotFound(`The cart has no line for ${variantId}.`);
  return lines.flatMap((line) =>
    line.variantId !== variantId ? [line] : quantity === 0 ? [] : [{ variantId, quantity }],
  );
};

const withCode = (codes: readonly string[], code: string): string[] => {
  const all = [...new Set([...codes, code])];
  if (all.length > MAX_CODES) throw tooManyCodes(`A cart has ${MAX_CODES} codes at most.`);
  return all;
};

/**
 * The cart after all the changes, in their order; none of them when one cannot be made.
 * @throws line_not_found, too_many_lines, quantity_too_large, too_many_codes (422)
 */
export const applyChanges = (cart: Cart, changes: readonly Change[]): Cart =>
  changes.reduce((current, change): Cart => {
    switch (change.op) {
      case 'addLine':
        return { ...current, lines: mergeLines([...current.lines, change]) };
      case 'setQuantity':
        return { ...current, lines: withQuantity(current.lines, change.variantId, change.quantity) };
      case 'removeLine':
        return { ...current, lines: withQuantity(current.lines, change.variantId, 0) };
      case 'setAddress':
        return { ...current, shippingAddress: change.shippingAddress };
      case 'setShipping':
        return { ...current, shippingMethodId: change.shippingMethodId };
      case 'addCode':
        return { ...current, codes: withCode(current.codes, change.code) };
      case 'removeCode':
        return { ...current, codes: current.codes.filter((code) => code !== change.code) };
      case 'setEmail':
        return { ...current, email: change.email };
    }
  }, cart);
