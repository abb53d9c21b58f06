import { toEvents as catalog } from '../functions/catalog/to-events.ts';
import { toEvents as inventory } from '../functions/inventory/to-events.ts';
import { toEvents as orders } from '../functions/orders/to-events.ts';
import { toEvents as payments } from '../functions/payments/to-events.ts';
import { toEvents as tenants } from '../functions/tenants/to-events.ts';
import type { ToEvents } from '../lib/runtime/change.ts';

/** What the items of each domain that publishes mean: the same functions that its publisher runs. */
export const PUBLISHERS: Readonly<Record<string, ToEvents>> = { catalog, inventory, orders, payments, tenants };
