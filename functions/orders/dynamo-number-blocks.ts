import * as z from 'zod';
import type { OpenTenantDb } from '../../lib/runtime/db.ts';
import type { NumberBlocks } from './store.ts';

/** The first order of a tenant has five digits, so that numbers of one shop look alike for long. */
const FIRST_NUMBER = 10_000;
const Counter = z.object({ allocated: z.number().int() });

/** One counter per tenant, raised by whole blocks. */
export const dynamoNumberBlocks = (open: OpenTenantDb): NumberBlocks => ({
  allocate: async (tenant, size) => {
    const counter = await open(tenant).update(
      { pk: 'numbers', sk: 'counter' },
      { update: 'ADD allocated :size', values: { ':size': size } },
    );
    return FIRST_NUMBER + Counter.parse(counter).allocated - size;
  },
});
