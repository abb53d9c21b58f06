import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { callBreaks, CallCatalogue, currentCalls, intolerant, refused } from '../../scripts/call-catalogue.ts';

const Line = z.object({ variantId: z.string(), quantity: z.int().max(100) });
const Reserve = z.object({
  orderId: z.string(),
  mode: z.enum(['now', 'later']),
  lines: z.array(Line).max(500),
  note: z.string().optional(),
  customer: z.string().nullable(),
});
const json = (schema: z.ZodType): unknown => z.toJSONSchema(schema, { io: 'input' });
const broken = (after: z.ZodType): string => refused(json(Reserve), json(after), 'input').join();

describe('the input of a step, while workflows under way still send the earlier one', () => {
  it.each([
    ['nothing', Reserve],
    ['a new member that may be missing', Reserve.extend({ coupon: z.string().optional() })],
    ['a new member with a default', Reserve.extend({ coupon: z.string().default('') })],
    ['a member that is not looked at any more', Reserve.omit({ note: true })],
    ['a member that may be missing now', Reserve.extend({ orderId: z.string().optional() })],
    ['a value more', Reserve.extend({ mode: z.enum(['now', 'later', 'never']) })],
    ['a wider limit', Reserve.extend({ lines: z.array(Line).max(900) })],
    ['a further choice', Reserve.extend({ customer: z.union([z.string(), z.null(), z.int()]) })],
  ])('may gain %s', (_, after) => {
    expect(broken(after)).toBe('');
  });

  it.each([
    ['a member that must be there', Reserve.extend({ coupon: z.string() }), 'input.coupon: is now needed'],
    ['a member that was optional', Reserve.extend({ note: z.string() }), 'input.note: is now needed'],
    ['another type', Reserve.extend({ orderId: z.int() }), 'input.orderId: another type'],
    ['fewer values', Reserve.extend({ mode: z.enum(['now']) }), 'input.mode: later is not taken any more'],
    ['a narrower limit', Reserve.extend({ lines: z.array(Line).max(9) }), 'input.lines: a narrower maxItems'],
    ['a pattern', Reserve.extend({ orderId: z.string().regex(/^o/) }), 'input.orderId: a narrower pattern'],
    ['fewer choices', Reserve.extend({ customer: z.string() }), 'input.customer: another type'],
    [
      'a narrower line',
      Reserve.extend({ lines: z.array(Line.extend({ lot: z.string() })).max(500) }),
      'input.lines[].lot: is now needed',
    ],
  ])('may not gain %s', (_, after, reason) => {
    expect(broken(after)).toContain(reason);
  });

  it('says where it refuses what it does not know', () => {
    const Strict = Reserve.extend({ lines: z.array(z.strictObject(Line.shape)), at: z.strictObject({}).nullable() });
    expect(intolerant(json(Strict), 'input')).toEqual(['input.lines', 'input.at']);
  });
});

describe('the committed calls', () => {
  const committed = CallCatalogue.parse(JSON.parse(readFileSync('docs/calls.json', 'utf8')));

  it('are understood by the steps that there are now, and answered with all that they rely on', async () => {
    expect(callBreaks(committed, await currentCalls())).toEqual([]);
  });

  it('are what the calls are now (npm run catalogue)', async () => {
    expect(committed).toEqual(await currentCalls());
  });

  it('ignore what a later workflow sends besides', async () => {
    const found = Object.entries(await currentCalls()).flatMap(([name, { input }]) => intolerant(input, name));
    expect(found).toEqual([]);
  });

  it('would be missed, and so would a value of an answer', () => {
    const [name = '', call] = Object.entries(committed)[0] ?? [];
    const { [name]: _, ...others } = committed;
    expect(callBreaks(committed, others)).toEqual([`${name}: is gone`]);
    expect(callBreaks(committed, { ...committed, [name]: { input: call?.input ?? {}, output: {} } })).not.toEqual([]);
  });
});
