import * as z from 'zod';
import { defineCall } from '../../lib/runtime/call.ts';
import { OpaqueId } from '../../lib/runtime/ids.ts';

/** A reservation takes this many different variants at most. */
export const MAX_RESERVED_LINES = 500;

/** What is to be had of one variant. Equal variants are merged before anything else. */
export const StockLine = z.object({ variantId: OpaqueId, quantity: z.number().int().min(1).max(1_000_000) });
export type StockLine = z.output<typeof StockLine>;

/** A line that cannot be had: `available` is what could be, at the moment of the refusal. */
export const ShortLine = z.object({
  variantId: OpaqueId,
  requested: z.number().int().min(1),
  available: z.number().int().min(0),
});
export type ShortLine = z.output<typeof ShortLine>;

export const ReserveInput = z.object({ orderId: OpaqueId, lines: z.array(StockLine).min(1).max(10_000) });
export const ReserveOutput = z.discriminatedUnion('status', [
  z.object({ status: z.literal('reserved') }),
  z.object({ status: z.literal('out_of_stock'), lines: z.array(ShortLine) }),
  /** The order was released before this arrived: it gets nothing any more. */
  z.object({ status: z.literal('closed') }),
  z.object({ status: z.literal('too_many_lines') }),
]);
export type ReserveOutput = z.output<typeof ReserveOutput>;

/** Takes the lines from stock for an order: all or nothing, once per order. */
export const Reserve = defineCall('inventory', 'reserve', ReserveInput, ReserveOutput, 7000);

/** Gives back what an order holds; where it holds nothing, a late reservation is refused from then on. */
export const Release = defineCall(
  'inventory',
  'release',
  z.object({ orderId: OpaqueId }),
  z.object({ status: z.literal('released') }),
  7000,
);

export const StockPolicy = z.enum(['deny', 'continue']);

export const ImportedStock = z.object({
  variantId: OpaqueId,
  /** Not tracked: sold without counting. */
  tracked: z.boolean(),
  /** May it be sold below zero (back-order)? */
  policy: StockPolicy,
  /** What is available at the default location from now on; null leaves the stock as it is. */
  quantity: z.number().int().min(0).max(1_000_000_000).nullable(),
});
export type ImportedStock = z.output<typeof ImportedStock>;

/** Sets variants as an import says. Once per `source` (the import's id) and variant: a repeated call changes nothing. */
export const ApplyImport = defineCall(
  'inventory',
  'apply-import',
  z.object({ source: OpaqueId, lines: z.array(ImportedStock).min(1).max(100) }),
  z.object({ status: z.literal('applied'), changed: z.number().int().min(0) }),
  10_000,
);
