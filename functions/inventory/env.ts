import * as z from 'zod';

/** Every function of inventory needs its table and nothing else. */
export const InventoryTableEnv = z.object({ INVENTORY_TABLE: z.string() });
