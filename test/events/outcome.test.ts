import { describe, expect, it } from 'vitest';
import { differences, type Outcome, violations } from '../../scripts/events/outcome.ts';
import { resolvePlaceholders } from '../../scripts/events/placeholders.ts';

const answered = (answer: unknown, lines: readonly string[] = []): Outcome => ({
  payload: JSON.stringify(answer),
  failed: false,
  lines,
});
const ofApi = (statusCode: number, body: unknown): Outcome =>
  answered({ statusCode, headers: { etag: '"v1"' }, body: JSON.stringify(body) });
const threw = (errorType: string, errorMessage: string): Outcome => ({
  payload: JSON.stringify({ errorType, errorMessage, trace: [] }),
  failed: true,
  lines: [],
});
const order = { status: 201, body: { order: { id: 'ord_1', lines: [{ sku: 'A' }] } } };

describe('an invocation', () => {
  it('passes with more than what was expected', () => {
    const body = { order: { id: 'ord_1', total: 5, lines: [{ sku: 'B' }, { sku: 'A', quantity: 2 }] } };
    expect(violations(order, ofApi(201, body))).toEqual([]);
  });

  it.each([
    ['answers {}', answered({})],
    ['answers null', answered(null)],
    ['throws', threw('TypeError', 'x is undefined')],
    ['answers another status', ofApi(500, order.body)],
    ['answers an empty body', ofApi(201, {})],
    ['leaves an element of a list out', ofApi(201, { order: { id: 'ord_1', lines: [] } })],
    ['answers no JSON', { payload: 'oops', failed: false, lines: [] }],
  ])('that %s fails', (_, outcome) => {
    expect(violations(order, outcome)).not.toEqual([]);
  });

  it('of a batch that answers {} fails where an empty list of failures is expected', () => {
    const expected = { result: { batchItemFailures: [] } };
    expect(violations(expected, answered({ batchItemFailures: [] }))).toEqual([]);
    expect(violations(expected, answered({}))).not.toEqual([]);
    expect(violations(expected, answered({ batchItemFailures: [{ itemIdentifier: '1' }] }))).not.toEqual([]);
  });

  it('that must throw fails when it answers, or throws something else', () => {
    const expected = { error: { errorType: 'MalformedEvent', errorMessage: 'tenant is missing' } };
    expect(violations(expected, threw('MalformedEvent', 'a takes b: tenant is missing'))).toEqual([]);
    expect(violations(expected, threw('TypeError', 'tenant is missing'))).not.toEqual([]);
    expect(violations(expected, threw('MalformedEvent', 'input is missing'))).not.toEqual([]);
    expect(violations(expected, answered({ errorType: 'MalformedEvent' }))).not.toEqual([]);
  });

  it('that must print a line fails without it', () => {
    const expected = { result: null, logs: [{ event: 'e:1', tenant: 't' }] };
    expect(violations(expected, answered(null, ['no JSON', '{"event":"e:1","tenant":"t","ms":4}']))).toEqual([]);
    expect(violations(expected, answered(null, ['{"event":"e:2","tenant":"t"}']))).not.toEqual([]);
  });

  it('may be asked for a pattern where a value is new each time', () => {
    expect(differences({ secret: { $matches: '^sk_' } }, { secret: 'sk_1' }, 'body')).toEqual([]);
    expect(differences({ secret: { $matches: '^sk_' } }, { secret: null }, 'body')).toEqual([
      'body.secret: null does not match ^sk_',
    ]);
  });
});

describe('placeholders', () => {
  const lookup = async (path: string): Promise<unknown> => {
    if (path === 'cart.total') return 2490;
    if (path === 'cart.id') return 'cart_1';
    throw new Error(`There is no fixture for ${path}`);
  };

  it('become the value itself when they are all of a text, and JSON inside of one', async () => {
    const event = {
      total: '${cart.total}',
      body: '{"cartId":"${cart.id}","total":${cart.total}}',
      list: ['${cart.id}'],
    };
    expect(await resolvePlaceholders(event, lookup)).toEqual({
      total: 2490,
      body: '{"cartId":"cart_1","total":2490}',
      list: ['cart_1'],
    });
  });

  it('of nothing are an error', async () => {
    await expect(resolvePlaceholders('${order.id}', lookup)).rejects.toThrow('There is no fixture for order.id');
  });
});
