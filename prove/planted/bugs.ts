/** One place of the sources: exactly this text, once, becomes that one. */
export interface Patch {
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

/** A mistake that is easily made, and that a kind machine does not show. */
export interface PlantedBug {
  readonly name: string;
  /** What is wrong, and what the weather makes of it. */
  readonly mistake: string;
  readonly patches: readonly Patch[];
  /** The end-to-end file that must notice; `tests` are those of its tests that are run, as a regular expression on their names. */
  readonly file: string;
  readonly tests: string;
  /** What one of the failures in rough weather must say, so that it is this mistake that was noticed. */
  readonly reason: RegExp;
}

/**
 * The bugs of `npm run prove -- planted`: each is put into a copy of the sources. The end-to-end tests must pass with it in calm
 * weather and fail in rough.
 */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'an index is read as the truth',
    mistake:
      'A payment is looked for in the index that lists payments before it is read itself. The index is up to a second behind, so a captured payment is refused its refund.',
    file: 'test/e2e/orders.e2e.test.ts',
    tests: 'a payment that is captured at the fulfilment',
    reason: /payment_state_conflict|expected '(authorized|captured)' to be/,
    patches: [
      {
        file: 'stacks/payments-stack.ts',
        find: "indexes: 1, projection: 'KEYS_ONLY', stream: true",
        put: 'indexes: 1, stream: true',
      },
      {
        file: 'stacks/payments-stack.ts',
        find: "const settles = () => writes(table, 'get', 'put', 'update');",
        put: "const settles = () => writes(table, 'get', 'query:gsi1', 'put', 'update');",
      },
      {
        file: 'stacks/payments-stack.ts',
        find: "fn('GetPayment', 'get-payment', reads(table, 'get'))",
        put: "fn('GetPayment', 'get-payment', reads(table, 'get', 'query:gsi1'))",
      },
      {
        file: 'functions/payments/dynamo-payment-store.ts',
        find: 'const item = await db.get(paymentKey(paymentId), { consistent: true });',
        put: `const listed = await db.query({
          index: 'gsi1',
          pk: 'payments',
          filter: { expression: '#id = :id', names: { '#id': 'id' }, values: { ':id': paymentId } },
        });
        const item = listed.items[0] ?? (await db.get(paymentKey(paymentId), { consistent: true }));`,
      },
    ],
  },
  {
    name: 'a conflict of transactions is not tried again',
    mistake:
      'Reserving gives up when DynamoDB refuses its transaction because another one holds an item, so shoppers are turned away although there is stock.',
    file: 'test/e2e/contention.e2e.test.ts',
    tests: '200 for a stock of 50',
    reason: /checkout_failed/,
    patches: [
      {
        file: 'functions/inventory/dynamo-reserve.ts',
        find: 'await table.transact([...head, ...writes], { onConflict: onConflict(planned) });',
        put: `await table.transact([...head, ...writes], {
          onConflict: () => Promise.reject(new Error('Another transaction holds an item of this one')),
        });`,
      },
    ],
  },
  {
    name: 'a consumer counts deliveries',
    mistake:
      'Usage goes up by one for each delivery of OrderConfirmed, instead of once for the order that it is about.',
    file: 'test/e2e/once.e2e.test.ts',
    tests: 'counts once',
    reason: /the usage/,
    patches: [
      {
        file: 'functions/tenants/dynamo-usage-store.ts',
        find: 'orders: z.set(z.string())',
        put: 'orders: z.number()',
      },
      {
        file: 'functions/tenants/dynamo-usage-store.ts',
        find: "{ ':orders': new Set(own.map(({ orderId }) => sha256Hex(orderId).slice(0, 12))) }",
        put: "{ ':orders': own.length }",
      },
      {
        file: 'functions/tenants/dynamo-usage-store.ts',
        find: '+ orders.size',
        put: '+ orders',
      },
    ],
  },
  {
    name: 'a consumer ships again',
    mistake:
      'Goods leave the stock for each delivery of OrderFulfilled: that the reservation says "shipped" already is no reason to stop.',
    file: 'test/e2e/once.e2e.test.ts',
    tests: 'leaves the stock once',
    reason: /the stock/,
    patches: [
      {
        file: 'functions/inventory/dynamo-settle.ts',
        find: "if (chunk.state !== 'held' && chunk.state !== 'committed') return chunk;",
        put: "if (chunk.state === 'released') return chunk;",
      },
      {
        file: 'functions/inventory/dynamo-settle.ts',
        find: "condition: '#state IN (:held, :committed)',",
        put: "condition: '#state IN (:held, :committed, :shipped)',",
      },
      {
        file: 'functions/inventory/dynamo-settle.ts',
        find: "':committed': 'committed',",
        put: "':committed': 'committed',\n        ':shipped': 'shipped',",
      },
    ],
  },
];
