import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { periodOf } from '../../../lib/local/api-gateway/usage-plans.ts';
import { createTokenBucket } from '../../../lib/local/api-gateway/token-bucket.ts';
import { createVirtualClock } from '../virtual-clock.ts';
import { allowAll, apiBody, createWorld, ok, proxy, send, serving, withPlan, type World } from './world.ts';

const value = (name: string): string => `${name}-0123456789-0123456789`;

/** An API whose authorizer takes the credential for the usage key, and a plan over it. */
const shop = async (plan: Record<string, unknown>, options: Parameters<typeof createWorld>[0] = {}) => {
  const world = createWorld({
    ...options,
    handlers: {
      f: () => ok(),
      authorizer: (event) => {
        const token = String(Object(event).headers.Authorization);
        return allowAll(token === 'none' ? {} : { usageIdentifierKey: value(token) });
      },
    },
  });
  const api = await world.deploy(
    'shop',
    apiBody({ '/v1/shop/a': { get: proxy('f', withPlan) }, '/v1/shop/b': { get: proxy('f', withPlan) } }),
  );
  const planId = await world.provision('UsagePlan', 'Basic', {
    UsagePlanName: 'basic',
    ApiStages: [{ ApiId: api, Stage: 'live' }],
    ...plan,
  });
  return { world, planId };
};

const addKey = async (world: World, planId: string, name: string): Promise<string> => {
  const { id } = await world.call('CreateApiKey', { name, value: value(name), enabled: true });
  await world.call('CreateUsagePlanKey', { usagePlanId: planId, keyId: id, keyType: 'API_KEY' });
  return String(id);
};

const get = async (url: string, token: string, path = '/v1/shop/a') => {
  const answer = await send(url, path, { headers: { Authorization: token } });
  return `${answer.status} ${String(Object(answer.json).message ?? '')}`.trim();
};

describe('a usage plan', () => {
  it('lets in only keys that are in it and enabled', async () => {
    const { world, planId } = await shop({});
    const id = await addKey(world, planId, 'north');
    await world.call('CreateApiKey', { name: 'loose', value: value('loose'), enabled: true });
    await serving(world, async (url) => {
      expect(await get(url, 'north')).toBe('200');
      expect(world.lambda.calls.at(-1)?.event).toMatchObject({
        requestContext: { identity: { apiKey: value('north'), apiKeyId: id } },
      });
      expect(await get(url, 'loose')).toBe('403 Forbidden');
      expect(await get(url, 'unknown')).toBe('403 Forbidden');
      expect(await get(url, 'none')).toBe('403 Forbidden');
      await world.call('UpdateApiKey', {
        apiKey: id,
        patchOperations: [{ op: 'replace', path: '/enabled', value: 'false' }],
      });
      expect(await get(url, 'north')).toBe('403 Forbidden');
      await world.call('UpdateApiKey', {
        apiKey: id,
        patchOperations: [{ op: 'replace', path: '/enabled', value: 'true' }],
      });
      expect(await get(url, 'north')).toBe('200');
      await world.call('DeleteUsagePlanKey', { usagePlanId: planId, keyId: id });
      expect(await get(url, 'north')).toBe('403 Forbidden');
    });
  });

  it('throttles each key for itself, over all its routes together, and refills by the rate', async () => {
    const { world, planId } = await shop({ Throttle: { RateLimit: 2, BurstLimit: 3 } });
    await addKey(world, planId, 'north');
    await addKey(world, planId, 'south');
    await serving(world, async (url) => {
      expect([await get(url, 'north'), await get(url, 'north', '/v1/shop/b'), await get(url, 'north')]).toEqual([
        '200',
        '200',
        '200',
      ]);
      expect(await get(url, 'north')).toBe('429 Too Many Requests');
      expect(await get(url, 'south')).toBe('200');
      await world.clock.advance(500);
      expect([await get(url, 'north'), await get(url, 'north')]).toEqual(['200', '429 Too Many Requests']);
    });
  });

  it('refuses beyond the quota until the next period, also after a restart', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'usage-'));
    const file = join(directory, 'state.db');
    const plan = { Quota: { Limit: 3, Period: 'MONTH' } };
    const first = await shop(plan, { file });
    await addKey(first.world, first.planId, 'north');
    await serving(first.world, async (url) => {
      expect([await get(url, 'north'), await get(url, 'north')]).toEqual(['200', '200']);
    });
    const second = await shop(plan, { file, clock: createVirtualClock('2026-03-31T23:59:59.000Z') });
    await serving(second.world, async (url) => {
      expect([await get(url, 'north'), await get(url, 'north')]).toEqual(['200', '429 Limit Exceeded']);
      await second.world.clock.advance(1000);
      expect(await get(url, 'north')).toBe('200');
    });
    rmSync(directory, { recursive: true });
  });

  it('writes what was used within a second, without waiting for the stop', async () => {
    const { world, planId } = await shop({ Quota: { Limit: 3, Period: 'MONTH' } });
    await addKey(world, planId, 'north');
    await serving(world, async (url) => {
      await get(url, 'north');
      await world.clock.advance(1000);
      expect(world.state.database.prepare('SELECT period, used FROM apigateway_usage').all()).toEqual([
        { period: '2026-03-01', used: 1 },
      ]);
    });
  });

  it('counts days, weeks from Sunday, and months in UTC', () => {
    const wednesday = Date.parse('2026-03-04T23:59:59Z');
    expect([periodOf('DAY', wednesday), periodOf('WEEK', wednesday), periodOf('MONTH', wednesday)]).toEqual([
      '2026-03-04',
      '2026-03-01',
      '2026-03-01',
    ]);
  });
});

describe('a stage', () => {
  it('throttles each method for itself', async () => {
    const world = createWorld({ handlers: { f: () => ok() } });
    const setting = {
      HttpMethod: '*',
      ResourcePath: '/*',
      ThrottlingRateLimit: 1,
      ThrottlingBurstLimit: 1,
      MetricsEnabled: true,
    };
    await world.deploy('shop', apiBody({ '/a': { get: proxy('f') }, '/b': { get: proxy('f') } }), {
      MethodSettings: [setting],
    });
    await serving(world, async (url) => {
      expect([await get(url, 'x', '/a'), await get(url, 'x', '/a'), await get(url, 'x', '/b')]).toEqual([
        '200',
        '429 Too Many Requests',
        '200',
      ]);
    });
  });

  it('gives its variables to functions', async () => {
    const world = createWorld({ handlers: { f: () => ok() } });
    await world.deploy('shop', apiBody({ '/a': { get: proxy('f') } }), { Variables: { colour: 'blue' } });
    await serving(world, (url) => get(url, 'x', '/a'));
    expect(world.lambda.calls[0]?.event).toMatchObject({ stageVariables: { colour: 'blue' } });
  });
});

describe('a token bucket', () => {
  it('never gives more than burst + rate x time', () => {
    const bucket = createTokenBucket(10, 5, 0);
    const given = Array.from({ length: 1000 }, (_, index) => bucket.take(index * 10)).filter(Boolean).length;
    expect(given).toBe(5 + Math.floor((999 * 10 * 10) / 1000));
  });
});

describe('the control API', () => {
  it('makes, lists, shows and deletes keys', async () => {
    const { world, planId } = await shop({
      Throttle: { RateLimit: 2, BurstLimit: 3 },
      Quota: { Limit: 9, Period: 'DAY' },
    });
    const made = await world.call('CreateApiKey', { name: 'tenant-1', enabled: true });
    expect(made).toMatchObject({
      enabled: true,
      value: expect.stringMatching(/^.{40}$/),
      createdDate: Date.parse('2026-03-01T12:00:00Z') / 1000,
    });
    await addKey(world, planId, 'other');
    const named = await world.call('GetApiKeys', { nameQuery: 'tenant-', includeValues: 'true' });
    expect(named).toEqual({ item: [expect.objectContaining({ id: made['id'], value: made['value'] })] });
    expect(await world.call('GetApiKey', { apiKey: made['id'] })).not.toHaveProperty('value');
    const page = await world.call('GetApiKeys', { limit: '1' });
    expect(page['item']).toHaveLength(1);
    expect(await world.call('GetApiKeys', { limit: '1', position: page['position'] })).toMatchObject({ item: [{}] });
    expect(await world.call('GetUsagePlans', {})).toEqual({
      item: [
        {
          id: planId,
          name: 'basic',
          apiStages: [{ apiId: expect.any(String), stage: 'live' }],
          throttle: { rateLimit: 2, burstLimit: 3 },
          quota: { limit: 9, offset: 0, period: 'DAY' },
        },
      ],
    });
    expect(await world.call('GetUsagePlanKeys', { usagePlanId: planId })).toMatchObject({
      item: [{ name: 'other', type: 'API_KEY' }],
    });
    await world.call('DeleteApiKey', { apiKey: made['id'] });
    await expect(world.call('GetApiKey', { apiKey: made['id'] })).rejects.toMatchObject({
      code: 'NotFoundException',
      status: 404,
    });
    await world.close();
  });

  it('refuses values that are taken or short, a key twice in a plan, and what does not exist', async () => {
    const { world, planId } = await shop({});
    const keyId = await addKey(world, planId, 'north');
    const code = (error: string) => expect.objectContaining({ code: error });
    await expect(world.call('CreateApiKey', { value: value('north') })).rejects.toEqual(code('ConflictException'));
    await expect(world.call('CreateApiKey', { value: 'short' })).rejects.toEqual(code('BadRequestException'));
    const join = (usagePlanId: string, key: string) =>
      world.call('CreateUsagePlanKey', { usagePlanId, keyId: key, keyType: 'API_KEY' });
    await expect(join(planId, keyId)).rejects.toEqual(code('ConflictException'));
    await expect(join('none', keyId)).rejects.toEqual(code('NotFoundException'));
    await expect(join(planId, 'none')).rejects.toEqual(code('NotFoundException'));
    await expect(world.call('DeleteApiKey', { apiKey: 'none' })).rejects.toEqual(code('NotFoundException'));
    await expect(world.call('CreateRestApi', {})).rejects.toEqual(code('NotImplemented'));
    await expect(world.call('CreateApiKey', { stageKeys: [{}] })).rejects.toEqual(code('NotImplemented'));
    await world.close();
  });

  it.each([
    ['CreateApiKey', {}, 'apigateway:POST', '/apikeys'],
    [
      'CreateUsagePlanKey',
      { usagePlanId: 'p1', keyId: 'k1', keyType: 'API_KEY' },
      'apigateway:POST',
      '/usageplans/p1/keys',
    ],
    ['DeleteUsagePlanKey', { usagePlanId: 'p1', keyId: 'k1' }, 'apigateway:DELETE', '/usageplans/p1/keys/k1'],
    ['DeleteApiKey', { apiKey: 'k1' }, 'apigateway:DELETE', '/apikeys/k1'],
    ['GetApiKeys', {}, 'apigateway:GET', '/apikeys'],
  ])('%s needs the grant', async (operation, input, action, path) => {
    const world = createWorld({ denies: () => true });
    await expect(world.call(operation, input)).rejects.toMatchObject({ code: 'AccessDeniedException' });
    expect(world.iam.asked).toMatchObject([{ action, resource: `arn:aws:apigateway:eu-central-1::${path}` }]);
    await world.close();
  });
});
