import { describe, expect, it } from 'vitest';
import type { Handler } from '../fake-ports.ts';
import { allowAll, apiBody, createWorld, ok, proxy, send, serving, withCredential } from './world.ts';

const paths = {
  '/v1/shop/things/{id}': { get: proxy('f', withCredential), delete: proxy('f', withCredential) },
  '/v1/shop/health': { get: proxy('f') },
};

const policy = (...statements: Record<string, unknown>[]) => ({
  principalId: 'p',
  policyDocument: {
    Version: '2012-10-17',
    Statement: statements.map((one) => ({ Action: 'execute-api:Invoke', ...one })),
  },
});

const shop = async (authorizer: Handler, body: Record<string, unknown> = apiBody(paths)) => {
  const world = createWorld({ handlers: { f: () => ok(), authorizer } });
  const id = await world.deploy('shop', body);
  const asked = () => world.lambda.calls.filter((call) => call.name === 'authorizer');
  return { world, id, asked };
};

const get = (url: string, token?: string, path = '/v1/shop/things/1', method = 'GET') =>
  send(url, path, { method, headers: token === undefined ? {} : { Authorization: token } });

describe('a REQUEST authorizer', () => {
  it('is not asked when the identity source is missing: 401', async () => {
    const { world, asked } = await shop(() => allowAll());
    await serving(world, async (url) => {
      expect((await get(url)).status).toBe(401);
      expect((await get(url, '')).status).toBe(401);
      expect(asked()).toHaveLength(0);
    });
  });

  it('is not asked on routes without it', async () => {
    const { world, asked } = await shop(() => allowAll());
    await serving(world, async (url) => {
      expect((await get(url, undefined, '/v1/shop/health')).status).toBe(200);
      expect(asked()).toHaveLength(0);
    });
  });

  it('gets the request with its method ARN, by its own role, and its context reaches the function as text', async () => {
    const { world, id, asked } = await shop(() =>
      allowAll({ context: { caller: '{"kind":"x"}', number: 5, flag: true } }),
    );
    await serving(world, async (url) => {
      expect((await get(url, 'Bearer k', '/v1/shop/things/1?q=1')).status).toBe(200);
    });
    expect(asked()[0]).toMatchObject({
      event: {
        type: 'REQUEST',
        methodArn: `arn:aws:execute-api:eu-central-1:111111111111:${id}/live/GET/v1/shop/things/1`,
        resource: '/v1/shop/things/{id}',
        path: '/v1/shop/things/1',
        httpMethod: 'GET',
        headers: { Authorization: 'Bearer k' },
        queryStringParameters: { q: '1' },
        pathParameters: { id: '1' },
        requestContext: { apiId: id, stage: 'live' },
      },
      request: { principal: { arn: 'arn:aws:iam::111111111111:role/gateway' } },
    });
    expect(world.lambda.calls[1]?.event).toMatchObject({
      requestContext: { authorizer: { caller: '{"kind":"x"}', number: '5', flag: 'true', principalId: 'somebody' } },
    });
  });

  it('is asked once a minute for a credential, and again for another one', async () => {
    const { world, asked } = await shop(() => allowAll());
    await serving(world, async (url) => {
      await get(url, 'Bearer a');
      await get(url, 'Bearer a', '/v1/shop/things/2');
      await get(url, 'Bearer b');
      expect(asked()).toHaveLength(2);
      await world.clock.advance(59_999);
      await get(url, 'Bearer a');
      expect(asked()).toHaveLength(2);
      await world.clock.advance(1);
      await get(url, 'Bearer a');
      expect(asked()).toHaveLength(3);
    });
  });

  it('is asked each time with a time to live of 0', async () => {
    const text = JSON.stringify(apiBody(paths)).replace(
      '"authorizerResultTtlInSeconds":60',
      '"authorizerResultTtlInSeconds":0',
    );
    const { world, asked } = await shop(() => allowAll(), JSON.parse(text));
    await serving(world, async (url) => {
      await get(url, 'Bearer a');
      await get(url, 'Bearer a');
      expect(asked()).toHaveLength(2);
    });
  });

  it('refuses by policy: 403, also from the cache and with an explicit deny', async () => {
    const { world, asked } = await shop(() =>
      policy({ Effect: 'Deny', Resource: '*' }, { Effect: 'Allow', Resource: '*' }),
    );
    await serving(world, async (url) => {
      const message = 'User is not authorized to access this resource with an explicit deny';
      expect(await get(url, 'Bearer a')).toMatchObject({ status: 403, json: { message } });
      expect((await get(url, 'Bearer a')).status).toBe(403);
      expect(asked()).toHaveLength(1);
    });
  });

  it('refuses the next route when the cached policy covers only one method: the trap of methodArn as resource', async () => {
    const { world } = await shop((event) => policy({ Effect: 'Allow', Resource: String(Object(event).methodArn) }));
    await serving(world, async (url) => {
      expect((await get(url, 'Bearer a')).status).toBe(200);
      expect(await get(url, 'Bearer a', '/v1/shop/things/2')).toMatchObject({
        status: 403,
        json: { message: 'User is not authorized to access this resource' },
      });
    });
  });

  it('lets in by wildcards in the resource, for the methods that they cover', async () => {
    const resource = ['arn:aws:execute-api:*:111111111111:*/live/GET/v1/shop/*', 'arn:aws:execute-api:*/?/nothing'];
    const { world } = await shop(() => policy({ Effect: 'Allow', Resource: resource }));
    await serving(world, async (url) => {
      expect((await get(url, 'Bearer a')).status).toBe(200);
      expect((await get(url, 'Bearer a', '/v1/shop/things/1', 'DELETE')).status).toBe(403);
    });
  });

  const thrower =
    (message: string): Handler =>
    () => {
      throw new Error(message);
    };

  it.each<[string, Handler, number]>([
    ['it throws Unauthorized', thrower('Unauthorized'), 401],
    ['it throws anything else', thrower('database is down'), 500],
    ['its answer has no policy', () => ({ principalId: 'p' }), 500],
    ['its answer has no principal', () => ({ policyDocument: { Statement: [] } }), 500],
    ['its answer is text', () => 'yes', 500],
    ['its context has an object', () => allowAll({ context: { nested: {} } }), 500],
    ['its policy has a condition', () => policy({ Effect: 'Allow', Resource: '*', Condition: {} }), 500],
    ['its policy is about something else', () => policy({ Effect: 'Allow', Resource: '*', Action: 's3:*' }), 403],
  ])('when %s: %#', async (_what, authorizer, status) => {
    const { world, asked } = await shop(authorizer);
    await serving(world, async (url) => {
      expect((await get(url, 'Bearer a')).status).toBe(status);
      expect(world.lambda.calls.filter((call) => call.name === 'f')).toHaveLength(0);
      await get(url, 'Bearer a');
      expect(asked()).toHaveLength(status === 403 ? 1 : 2);
    });
  });
});
