import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { Catalogue, catalogueBreaks, currentCatalogue, takenAway } from '../../scripts/event-catalogue.ts';

const Line = z.object({ variantId: z.string(), quantity: z.int() });
const Order = z.object({
  orderId: z.string(),
  status: z.enum(['confirmed', 'cancelled']),
  lines: z.array(Line),
  note: z.string().optional(),
  discount: z.union([z.null(), z.int()]),
});
const broken = (after: z.ZodType, before: z.ZodType = Order): readonly string[] =>
  takenAway(z.toJSONSchema(before, { io: 'output' }), z.toJSONSchema(after, { io: 'output' }), 'order');

describe('a change of an event', () => {
  it.each([
    ['nothing', Order],
    ['a new member', Order.extend({ total: z.int() })],
    ['a new member of a line', Order.extend({ lines: z.array(Line.extend({ sku: z.string() })) })],
    ['a member that is now always there', Order.extend({ note: z.string() })],
    ['a value that does not come any more', Order.extend({ status: z.enum(['confirmed']) })],
    ['a choice that does not come any more', Order.extend({ discount: z.int() })],
  ])('may be %s', (_, after) => {
    expect(broken(after)).toEqual([]);
  });

  it.each([
    ['a member that is gone', Order.omit({ orderId: true }), 'order.orderId: is gone'],
    ['a member of a line that is gone', Order.extend({ lines: z.array(Line.omit({ quantity: true })) }), 'is gone'],
    ['a member that is not always there', Order.extend({ orderId: z.string().optional() }), 'not always there'],
    ['another type', Order.extend({ orderId: z.int() }), 'another type'],
    ['a value that never came before', Order.extend({ status: z.enum(['confirmed', 'lost']) }), 'new values lost'],
    ['any text where there were few', Order.extend({ status: z.string() }), 'new values'],
    ['a choice that never came before', Order.extend({ discount: z.union([z.null(), z.string()]) }), 'never was'],
  ])('may not be %s', (_, after, reason) => {
    expect(broken(after).join()).toContain(reason);
  });
});

describe('the committed catalogue', () => {
  const committed = Catalogue.parse(JSON.parse(readFileSync('docs/events.json', 'utf8')));

  it('loses nothing by what the events are now', async () => {
    expect(catalogueBreaks(committed, await currentCatalogue())).toEqual([]);
  });

  it('says what the events are now (npm run catalogue)', async () => {
    expect(committed).toEqual(JSON.parse(JSON.stringify(await currentCatalogue())));
  });

  it('notices an event that is gone', async () => {
    const [name = '', ...others] = Object.keys(committed.events);
    const fewer = {
      ...committed,
      events: Object.fromEntries(others.map((other) => [other, committed.events[other] ?? {}])),
    };
    expect(catalogueBreaks(committed, fewer)).toEqual([`${name}: is gone`]);
  });
});
