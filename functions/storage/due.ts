import { createHash } from 'node:crypto';
import type { Instant } from '../../lib/runtime/clock.ts';
import { DUE_SHARDS } from './keys.ts';

/** Puts an item among what is due at an instant, in the index over all tenants. */
export const dueMark = (id: string, at: Instant): { readonly duePk: string; readonly dueSk: string } => ({
  duePk: `due#${(createHash('sha256').update(id).digest()[0] ?? 0) % DUE_SHARDS}`,
  dueSk: at,
});
