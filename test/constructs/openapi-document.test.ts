import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { openApiDocument } from '../../lib/constructs/openapi-document.ts';
import { defineError } from '../../lib/runtime/errors.ts';
import { defineRoute, type RouteDefinition } from '../../lib/runtime/route.ts';

const tooMany = defineError('too_many_lines', 422, 'Too many lines');
const Order = z.object({ id: z.string(), total: z.int() }).meta({ id: 'Order' });

const placeOrder = defineRoute({
  method: 'POST',
  path: '/v1/orders/{cartId}/checkouts',
  summary: 'Order what is in a cart',
  callers: ['publishable', 'secret'],
  permission: 'orders:write',
  idempotency: 'required',
  params: z.object({ cartId: z.string() }),
  query: z.object({ locale: z.string().optional() }),
  body: z.strictObject({ note: z.string().max(100) }),
  response: Order,
  status: 201,
  errors: [tooMany],
});
const terms = defineRoute({
  method: 'GET',
  path: '/v1/orders/terms',
  summary: 'Read the terms',
  callers: 'public',
  status: 204,
});
const operationOf = (route: RouteDefinition) => {
  const operation = openApiDocument('orders', [route]).paths?.[route.path];
  return Object(operation)[route.method.toLowerCase()];
};

describe('the OpenAPI document of a domain', () => {
  it('says what a route takes: path, query, headers and body', () => {
    const { parameters, requestBody } = operationOf(placeOrder);
    expect(parameters).toEqual([
      expect.objectContaining({ in: 'path', name: 'cartId', required: true }),
      expect.objectContaining({ in: 'query', name: 'locale' }),
      expect.objectContaining({ in: 'header', name: 'Idempotency-Key', required: true }),
    ]);
    expect(requestBody.content['application/json'].schema).toMatchObject({
      required: ['note'],
      additionalProperties: false,
      properties: { note: { type: 'string', maxLength: 100 } },
    });
  });

  it('says what it answers with, and every code by its status', () => {
    const { responses } = operationOf(placeOrder);
    expect(responses['201'].content['application/json'].schema).toEqual({ $ref: '#/components/schemas/Order' });
    expect(responses['422'].description).toContain('too_many_lines');
    expect(responses['422'].description).toContain('idempotency_key_reused');
    expect(Object.keys(responses)).toEqual(
      expect.arrayContaining(['201', '400', '401', '403', '404', '409', '413', '415', '422', '429', '500', '503']),
    );
  });

  it('says who may call it', () => {
    expect(operationOf(placeOrder)).toMatchObject({
      security: [{ bearer: [] }],
      description: 'For: publishable, secret, customer. Staff and secret keys need `orders:write`.',
    });
    expect(operationOf(terms)).toMatchObject({ security: [] });
    expect(operationOf(terms).responses).not.toHaveProperty('401');
  });

  it('cannot be made of parameters that are no object', () => {
    expect(() => operationOf({ ...placeOrder, params: z.string() })).toThrow('must be an object schema');
  });
});
