import * as z from 'zod';
import { sha256Hex } from '../../lib/runtime/ids.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import { KnownAddress } from '../carts/calls.ts';
import { Metadata } from './model.ts';

/**
 * What belongs to an order but not to its history: personal data, which must be erasable, and the merchant's own notes,
 * which may hold personal data too.
 */
export const Particulars = z.object({
  email: z.string().nullable(),
  shippingAddress: KnownAddress.nullable(),
  billingAddress: KnownAddress.nullable(),
  note: z.string().max(2000).nullable(),
  metadata: Metadata,
});
export type Particulars = z.output<typeof Particulars>;

/** How orders are found by an email without keeping it in a key: a hash, different for each tenant. */
export const emailHash = (tenant: TenantId, email: string): string =>
  Buffer.from(sha256Hex('order-email', tenant, email.trim().toLowerCase()), 'hex')
    .toString('base64url')
    .slice(0, 32);
