import type { Patch } from '../../prove/planted/bugs.ts';

/** The header that a changed health function answers with. */
export const CHANGED_HEADER = 'x-changed';

/** A change in the code of one function of a domain that its callers see: `GET /v1/<domain>/health` has one header more. */
export const changedHealth = (domain: string): Patch => ({
  file: `functions/${domain}/health.lambda.ts`,
  find: 'export const handler = health(',
  put: `const changed =
  (...of: Parameters<typeof health>): ReturnType<typeof health> =>
  async (event) => {
    const answer = await health(...of)(event);
    return { ...answer, headers: { ...answer.headers, '${CHANGED_HEADER}': 'yes' } };
  };

export const handler = changed(`,
});

/** A binding of which the permission is gone: the function still gets the table's name. */
export interface Withdrawn {
  /** What may not be done any more, in words. */
  readonly what: string;
  readonly patch: Patch;
}

/** Each is needed for a sale. */
export const WITHDRAWN: readonly Withdrawn[] = [
  {
    what: 'carts.lock may not update the table of carts',
    patch: {
      file: 'stacks/carts-stack.ts',
      find: "onTable('Lock', 'lock', 'update')",
      put: "onTable('Lock', 'lock', 'get')",
    },
  },
  {
    what: 'orders.confirm may not update the table of orders',
    patch: {
      file: 'stacks/orders-stack.ts',
      find: "fn('Confirm', 'confirm', writes(table, 'update'))",
      put: "fn('Confirm', 'confirm', writes(table, 'get'))",
    },
  },
  {
    what: 'inventory.reserve may not put into the table of inventory',
    patch: {
      file: 'stacks/inventory-stack.ts',
      find: "fn('Reserve', 'reserve', 'batchGet', 'get', 'query', 'put',",
      put: "fn('Reserve', 'reserve', 'batchGet', 'get', 'query',",
    },
  },
];
