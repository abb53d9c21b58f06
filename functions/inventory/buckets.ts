/**
 * A level with much stock is split into buckets on keys of their own, because DynamoDB refuses writes to an item that is in a
 * running transaction: one item carries about 100 orders a second at most.
 */
const PER_BUCKET = 50;
const MAX_BUCKETS = 64;
const SPLIT_FROM = 100;

/** Into how many buckets so much stock belongs: one per 50 pieces, 64 at most, a single one below 100. */
export const bucketsFor = (available: number): number =>
  available < SPLIT_FROM ? 1 : Math.min(MAX_BUCKETS, Math.max(1, Math.floor(available / PER_BUCKET)));

/** Which bucket an order tries first, as a number to take the remainder of (FNV-1a of its id). */
export const seedOf = (orderId: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < orderId.length; index += 1) {
    hash = Math.imul(hash ^ orderId.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash;
};

/** Spreads a quantity evenly: the parts differ by one at most and sum to it. */
export const spread = (quantity: number, parts: number): number[] => {
  const each = Math.floor(quantity / parts);
  const rest = quantity - each * parts;
  return Array.from({ length: parts }, (_, index) => each + (index < rest ? 1 : 0));
};
