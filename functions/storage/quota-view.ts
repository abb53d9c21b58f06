import * as z from 'zod';
import { DEFAULT_QUOTA, type Quota } from './quota.ts';

/** What a shop stores, and may store. Bytes and versions of uploads under way are counted, and of all versions kept. */
export const UsageView = z.object({
  usedBytes: z.int(),
  /** Versions of files, and uploads under way. */
  objects: z.int(),
  quotaBytes: z.int(),
});

/** A shop that has stored nothing yet has the quota that all begin with. */
export const usageView = (quota: Quota | undefined): z.output<typeof UsageView> => ({
  usedBytes: quota?.takenBytes ?? 0,
  objects: quota?.files ?? 0,
  quotaBytes: quota?.quotaBytes ?? DEFAULT_QUOTA.quotaBytes,
});

export const QuotaView = UsageView.extend({
  /** The nodes that the shop's new files are placed on. */
  pool: z.string(),
});

export const quotaView = (quota: Quota | undefined): z.output<typeof QuotaView> => ({
  ...usageView(quota),
  pool: quota?.pool ?? DEFAULT_QUOTA.pool,
});
