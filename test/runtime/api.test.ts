import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { api } from '../../lib/runtime/api.ts';
import { conflict } from '../../lib/runtime/errors.ts';
import { defineRoute } from '../../lib/runtime/route.ts';
import { type Caller, tenantId, type TenantSettings } from '../../lib/runtime/tenant.ts';
import { lambdaContext, proxyEvent } from '../fixtures/lambda-events.ts';

const settings: TenantSettings = {
  country: 'DE',
  currencies: ['EUR'],
  locales: ['en'],
  timeZone: 'Europe/Berlin',
  taxMode: 'inclusive',
  capture: 'now',
  orderPrefix: 'A-',
};
const ofTenant = {
  actorId: 'actor',
  credentialId: 'cred',
  tenant: tenantId.derive('one'),
  tenantStatus: 'active' as const,
  settings,
};
const secret: Caller = { kind: 'secret', ...ofTenant, permissions: ['catalog:write'] };
const publishable: Caller = { kind: 'publishable', ...ofTenant };
const customer: Caller = { kind: 'customer', ...ofTenant, sessionId: 's' };
const operator: Caller = { kind: 'operator', actorId: 'op', credentialId: 'op' };

const route = defineRoute({
  method: 'POST',
  path: '/v1/things/{thingId}',
  summary: 'Make a thing',
  callers: ['secret', 'staff', 'publishable'],
  permission: 'catalog:write',
  idempotency: 'required',
  ifMatch: 'required',
  params: z.strictObject({ thingId: z.string().max(20) }),
  query: z.strictObject({ limit: z.coerce.number().int().max(100).default(20) }),
  body: z.strictObject({ name: z.string().max(5), nested: z.strictObject({ n: z.number().int() }).optional() }),
  response: z.strictObject({ name: z.string() }),
  status: 201,
});

const run = async (event: APIGatewayProxyEvent, useCase = vi.fn(async () => ({ body: { name: 'ok' } }))) => {
  const response: APIGatewayProxyResult = await api(route, useCase)(event, lambdaContext());
  const body: unknown = response.body === '' ? undefined : JSON.parse(response.body);
  return {
    ...response,
    json: z
      .looseObject({
        code: z.string().optional(),
        errors: z.array(z.looseObject({ path: z.string(), code: z.string() })).optional(),
      })
      .parse(body ?? {}),
    useCase,
  };
};

const good = (changes: Parameters<typeof proxyEvent>[0] = {}) =>
  proxyEvent({
    method: 'POST',
    path: '/v1/things/one',
    params: { thingId: 'one' },
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': 'k1', 'If-Match': '"v3"' },
    body: JSON.stringify({ name: 'abc' }),
    caller: secret,
    ...changes,
  });

describe('api()', () => {
  beforeAll(() => {
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'x');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x');
    vi.stubEnv('CARTWRIGHT_LOG_LEVEL', 'error');
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  });
  afterAll(() => void vi.restoreAllMocks());

  it('gives the use case what it parsed and answers with its body', async () => {
    const { statusCode, json, useCase, headers } = await run(good());
    expect(statusCode).toBe(201);
    expect(json).toEqual({ name: 'ok' });
    expect(headers?.['x-content-type-options']).toBe('nosniff');
    expect(useCase).toHaveBeenCalledWith(
      expect.objectContaining({
        caller: secret,
        params: { thingId: 'one' },
        query: { limit: 20 },
        body: { name: 'abc' },
        ifMatch: 3,
      }),
    );
  });

  it('refuses unknown fields at any depth and says where', async () => {
    const { statusCode, json } = await run(
      good({ body: JSON.stringify({ name: 'abc', extra: 1, nested: { n: 1, m: 2 } }) }),
    );
    expect(statusCode).toBe(400);
    expect(json.errors).toEqual([
      expect.objectContaining({ path: 'body.nested.m', code: 'unknown_field' }),
      expect.objectContaining({ path: 'body.extra', code: 'unknown_field' }),
    ]);
  });

  it.each([
    ['no JSON', good({ body: '{"name":' }), 400, 'invalid_request'],
    ['no body', good({ body: null }), 400, 'invalid_request'],
    [
      'another content type',
      good({ headers: { 'Content-Type': 'text/plain', 'Idempotency-Key': 'k' } }),
      415,
      'unsupported_media_type',
    ],
    ['too many bytes', good({ body: JSON.stringify({ name: 'x'.repeat(70_000) }) }), 413, 'payload_too_large'],
    [
      'no Idempotency-Key',
      good({ headers: { 'Content-Type': 'application/json', 'If-Match': '"v1"' } }),
      400,
      'invalid_request',
    ],
    [
      'a spaced Idempotency-Key',
      good({ headers: { 'Content-Type': 'application/json', 'If-Match': '"v1"', 'Idempotency-Key': 'a b' } }),
      400,
      'invalid_request',
    ],
    [
      'no If-Match from a secret key',
      good({ headers: { 'Content-Type': 'application/json', 'Idempotency-Key': 'k' } }),
      428,
      'precondition_required',
    ],
    [
      'If-Match *',
      good({ headers: { 'Content-Type': 'application/json', 'Idempotency-Key': 'k', 'If-Match': '*' } }),
      400,
      'invalid_request',
    ],
    ['a query parameter twice', good({ query: { limit: ['1', '2'] } }), 400, 'invalid_request'],
    ['a query parameter that is unknown', good({ query: { offset: ['1'] } }), 400, 'invalid_request'],
    [
      'a query parameter called __proto__',
      good({ query: Object.fromEntries([['__proto__', ['1']]]) }),
      400,
      'invalid_request',
    ],
    ['half a surrogate pair', good({ body: '{"name":"a\\ud800"}' }), 400, 'invalid_request'],
    ['the other half in a name of a member', good({ body: '{"name":"a","\\uDC00":1}' }), 400, 'invalid_request'],
    ['no caller', good({ caller: undefined }), 401, 'unauthorized'],
    ['a kind of caller that is not let in', good({ caller: operator }), 403, 'forbidden'],
    ['a missing permission', good({ caller: { ...secret, permissions: ['orders:read'] } }), 403, 'forbidden'],
    ['a suspended tenant', good({ caller: { ...secret, tenantStatus: 'suspended' } }), 403, 'tenant_suspended'],
  ])('refuses %s', async (_name, event, status, code) => {
    const { statusCode, json, useCase, headers } = await run(event);
    expect([statusCode, json.code]).toEqual([status, code]);
    expect(headers?.['content-type']).toBe('application/problem+json');
    expect(useCase).not.toHaveBeenCalled();
  });

  it.each([
    ['a pair of surrogates', '😀', '"\\ud83d\\ude00"'],
    ['a backslash before what looks like half a pair', '\\ud8', '"\\\\ud8"'],
  ])('takes %s', async (_name, name, json) => {
    const useCase = vi.fn(async () => ({ body: { name } }));
    expect((await run(good({ body: `{"name":${json}}` }), useCase)).json).toEqual({ name });
    expect(useCase).toHaveBeenCalledWith(expect.objectContaining({ body: { name } }));
  });

  it('lets a customer in where a publishable key may come in, without If-Match', async () => {
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': 'k' };
    expect((await run(good({ caller: customer, headers }))).statusCode).toBe(201);
    expect((await run(good({ caller: publishable, headers }))).statusCode).toBe(201);
  });

  it('scopes idempotency by credential and key, and hashes path and body', async () => {
    const seen = async (event: APIGatewayProxyEvent) => {
      const useCase = vi.fn(async (_request: { idempotency: { scope: string; requestHash: string } }) => ({
        body: { name: 'ok' },
      }));
      await api(route, useCase)(event, lambdaContext());
      const idempotency = useCase.mock.calls[0]?.[0].idempotency;
      return [idempotency?.scope, idempotency?.requestHash];
    };
    const [scope, hash] = await seen(good());
    expect(await seen(good())).toEqual([scope, hash]);
    expect((await seen(good({ caller: { ...secret, credentialId: 'other' } })))[0]).not.toBe(scope);
    expect((await seen(good({ body: JSON.stringify({ name: 'b' }) })))[1]).not.toBe(hash);
    expect((await seen(good({ path: '/v1/things/two' })))[1]).not.toBe(hash);
  });

  it('answers with the code of an expected error and hides the others', async () => {
    const expected = await run(
      good(),
      vi.fn(async () => Promise.reject(conflict('It is locked.', { extensions: { lock: 'x' }, retryAfter: 2 }))),
    );
    expect([expected.statusCode, expected.json.code, expected.json['lock'], expected.headers?.['retry-after']]).toEqual(
      [409, 'conflict', 'x', '2'],
    );
    const surprise = await run(
      good(),
      vi.fn(async () => Promise.reject(new Error('password=hunter2 in table x'))),
    );
    expect([surprise.statusCode, surprise.json.code]).toEqual([500, 'internal_error']);
    expect(surprise.body).not.toContain('hunter2');
  });

  it('never sends an answer that its route does not promise', async () => {
    const leaking = vi.fn(async () => ({ body: { name: 'ok', passwordHash: 'x' } }));
    const { statusCode, body } = await run(good(), leaking);
    expect(statusCode).toBe(500);
    expect(body).not.toContain('passwordHash');
  });

  it('keeps two requests in one environment apart', async () => {
    const handler = api(route, async (request) => {
      await Promise.resolve();
      return { body: { name: request.body.name } };
    });
    const context: Context = lambdaContext();
    const names = ['a', 'b', 'c', 'd'];
    const answers = await Promise.all(names.map((name) => handler(good({ body: JSON.stringify({ name }) }), context)));
    expect(answers.map((answer) => JSON.parse(answer.body))).toEqual(names.map((name) => ({ name })));
  });
});
