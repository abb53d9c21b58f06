import { sha256Hex } from '../../lib/runtime/ids.ts';

const base64url = (hex: string): string => Buffer.from(hex, 'hex').toString('base64url');

/**
 * A guest's proof for one order. It is derived from the secret that only the guest has, the Cart-Token, so it can be
 * shown again on a replay although only its hash is kept.
 */
export const orderTokenOf = (cartToken: string, orderId: string): string =>
  `ot_${base64url(sha256Hex('order-token', cartToken, orderId))}`;

/** What is kept of an Order-Token. */
export const hashOrderToken = (token: string): string => base64url(sha256Hex('order-token-hash', token));

/** Is this the order's Order-Token, or the Cart-Token that it was made from? */
export const provesGuest = (tokenHash: string | null, orderId: string, token: string | undefined): boolean =>
  tokenHash !== null &&
  token !== undefined &&
  (hashOrderToken(token) === tokenHash || hashOrderToken(orderTokenOf(token, orderId)) === tokenHash);
