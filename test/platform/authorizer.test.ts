import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { hashApiKey } from '../../lib/runtime/api-key.ts';
import { dependencyMissing } from '../../lib/runtime/errors.ts';
import { Caller, type TenantSettings } from '../../lib/runtime/tenant.ts';
import { authorize, type AuthorizeDeps } from '../../functions/platform/authorize.ts';
import { authorizer } from '../../functions/platform/authorizer.ts';
import { lambdaContext } from '../fixtures/lambda-events.ts';
import { CLAIMS, tenant } from './token-fixture.ts';

const settings: TenantSettings = {
  country: 'DE',
  currencies: ['EUR'],
  locales: ['de'],
  timeZone: 'Europe/Berlin',
  taxMode: 'inclusive',
  capture: 'now',
  orderPrefix: '',
};
const facts = { tenantStatus: 'active', settings, usageKey: 'usage-key-of-acme-0001' } as const;
const SECRET_KEY = `sk_${'a'.repeat(40)}`;
const TOKEN = 'aaa.bbb.ccc';

/** A world with one operator, one secret key and one token, in which each part can be replaced. */
const world = (changes: Partial<AuthorizeDeps> = {}): AuthorizeDeps => ({
  isOperatorKey: async (key) => key === 'op_0123456789abcdef',
  verifyToken: async (token) => (token === TOKEN ? { ...CLAIMS, tenant, kind: 'staff' } : undefined),
  verifyKey: async (_context, { keyHash }) =>
    keyHash === hashApiKey(SECRET_KEY)
      ? { status: 'found', kind: 'secret', keyId: 'key_1', tenant, permissions: ['orders:read'], ...facts }
      : { status: 'unknown' },
  resolveTenant: async () => ({ status: 'found', ...facts }),
  verifySession: async (_context, { actorId }) => ({ status: 'active', actorId, permissions: ['catalog:read'] }),
  ...changes,
});

const METHOD_ARN = 'arn:aws:execute-api:eu-central-1:111111111111:api123/live/GET/v1/orders/ord_1';
const ask = (deps: AuthorizeDeps, header: string | undefined) =>
  authorizer(authorize(deps))(
    { headers: header === undefined ? {} : { Authorization: header }, methodArn: METHOD_ARN },
    lambdaContext(),
  );
const callerIn = (context: unknown): Caller =>
  Caller.parse(JSON.parse(z.object({ caller: z.string() }).parse(context).caller));

beforeAll(() => {
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('CARTWRIGHT_LOG_LEVEL', 'error');
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterAll(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test('a key, a token and the operator key are each let in as who they are', async () => {
  const key = await ask(world(), `Bearer ${SECRET_KEY}`);
  expect(callerIn(key.context)).toEqual({
    kind: 'secret',
    actorId: 'key_1',
    credentialId: 'key_1',
    tenant,
    tenantStatus: 'active',
    settings,
    permissions: ['orders:read'],
  });
  const token = await ask(world(), `bearer ${TOKEN}`);
  expect(callerIn(token.context)).toMatchObject({
    kind: 'staff',
    actorId: CLAIMS.sub,
    credentialId: CLAIMS.sid,
    sessionId: CLAIMS.sid,
    permissions: ['catalog:read'],
  });
  const operator = await ask(world(), 'Bearer op_0123456789abcdef');
  expect(callerIn(operator.context)).toEqual({ kind: 'operator', actorId: 'operator', credentialId: 'operator' });
});

test('the policy covers the whole stage, because the answer is cached for the next route too', async () => {
  const answer = await ask(world(), `Bearer ${SECRET_KEY}`);
  expect(answer.policyDocument.Statement).toEqual([
    {
      Action: 'execute-api:Invoke',
      Effect: 'Allow',
      Resource: 'arn:aws:execute-api:eu-central-1:111111111111:api123/live/*',
    },
  ]);
});

test("calls are counted by the tenant's usage key, and uncounted while it has none", async () => {
  expect((await ask(world(), `Bearer ${SECRET_KEY}`)).usageIdentifierKey).toBe(facts.usageKey);
  const without = world({ resolveTenant: async () => ({ status: 'found', ...facts, usageKey: null }) });
  expect(await ask(without, `Bearer ${TOKEN}`)).not.toHaveProperty('usageIdentifierKey');
});

test.each([
  ['nothing', undefined],
  ['an empty header', ''],
  ['another scheme', `Basic ${SECRET_KEY}`],
  ['a key without a scheme', SECRET_KEY],
  ['an unknown key', `Bearer sk_${'b'.repeat(40)}`],
  ['a key that is cut short', `Bearer ${SECRET_KEY.slice(0, -1)}`],
  ['two credentials', `Bearer ${SECRET_KEY}, Bearer ${TOKEN}`],
  ['a wrong operator key', 'Bearer op_0123456789abcdee'],
  ['an unknown token', 'Bearer ccc.bbb.aaa'],
  ['an endless token', `Bearer a.${'b'.repeat(5000)}.c`],
])('%s is refused with the word that API Gateway turns into 401', async (_what, header) => {
  await expect(ask(world(), header)).rejects.toThrow(/^Unauthorized$/);
});

test('text that can be no credential of ours costs no call', async () => {
  const called = vi.fn<() => never>();
  const deps = world({ verifyKey: called, verifyToken: called, isOperatorKey: called });
  await expect(ask(deps, 'Bearer sk_too-short')).rejects.toThrow('Unauthorized');
  expect(called).not.toHaveBeenCalled();
});

test('a token is worth nothing once its session has ended or its tenant is gone', async () => {
  await expect(ask(world({ verifySession: async () => ({ status: 'ended' }) }), `Bearer ${TOKEN}`)).rejects.toThrow(
    /^Unauthorized$/,
  );
  await expect(ask(world({ resolveTenant: async () => ({ status: 'unknown' }) }), `Bearer ${TOKEN}`)).rejects.toThrow(
    /^Unauthorized$/,
  );
});

test('the session and the tenant are asked about by what the verified token names', async () => {
  const verifySession = vi.fn<AuthorizeDeps['verifySession']>(world().verifySession);
  const resolveTenant = vi.fn<AuthorizeDeps['resolveTenant']>(world().resolveTenant);
  await ask(world({ verifySession, resolveTenant }), `Bearer ${TOKEN}`);
  expect(verifySession.mock.calls[0]?.[0].tenant).toBe(tenant);
  expect(verifySession.mock.calls[0]?.[1]).toEqual({ sessionId: CLAIMS.sid, actorId: CLAIMS.sub, kind: 'staff' });
  expect(resolveTenant.mock.calls[0]?.[1]).toEqual({ tenant });
});

test('a revoked key is refused by the very next question: nothing is kept here besides the cache of API Gateway', async () => {
  let revoked = false;
  const known = world();
  const deps = world({
    verifyKey: async (context, input) => (revoked ? { status: 'unknown' } : known.verifyKey(context, input)),
  });
  await expect(ask(deps, `Bearer ${SECRET_KEY}`)).resolves.toBeDefined();
  revoked = true;
  await expect(ask(deps, `Bearer ${SECRET_KEY}`)).rejects.toThrow(/^Unauthorized$/);
});

const missing = () => Promise.reject(dependencyMissing('tenants.verify-key is not deployed in this stage.'));

test('a missing part of the system does not look like a wrong credential', async () => {
  await expect(ask(world({ verifyKey: missing }), `Bearer ${SECRET_KEY}`)).rejects.toThrow('not deployed');
  await expect(ask(world({ resolveTenant: missing }), `Bearer ${TOKEN}`)).rejects.toThrow('not deployed');
  await expect(ask(world({ verifySession: missing }), `Bearer ${TOKEN}`)).rejects.toThrow('not deployed');
});
