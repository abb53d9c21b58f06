import { describe, expect, it } from 'vitest';
import { allowAll, apiBody, createWorld, ok, proxy, send, serving, withCredential } from './world.ts';

const problem = (code: string, status: number): string =>
  JSON.stringify({
    type: `urn:problem:${code}`,
    status,
    code,
    requestId: '$context.requestId',
    shop: '$context.authorizer.shop',
  });

/** Two APIs; the one of `shop` has gateway responses like ours. */
const twoApis = async (authorizer: () => unknown = () => allowAll()) => {
  const world = createWorld({ handlers: { f: () => ok(), authorizer } });
  const shop = await world.deploy('shop', apiBody({ '/v1/shop/things/{id}': { get: proxy('f', withCredential) } }));
  await world.deploy('cart', apiBody({ '/v1/cart/{id}': { get: proxy('f') } }));
  const response = (type: string, status: number | undefined, code: string) =>
    world.provision('GatewayResponse', `Response${type}`, {
      RestApiId: shop,
      ResponseType: type,
      ...(status === undefined ? {} : { StatusCode: String(status) }),
      ResponseParameters: {
        'gatewayresponse.header.Access-Control-Allow-Origin': "'*'",
        'gatewayresponse.header.X-Path': 'context.path',
        'gatewayresponse.header.X-Origin': 'method.request.header.Origin',
      },
      ResponseTemplates: { 'application/problem+json': problem(code, status ?? 0) },
    });
  return { world, response };
};

describe('gateway responses', () => {
  it('are AWS’s own where a template says nothing', async () => {
    const { world } = await twoApis();
    await serving(world, async (url) => {
      expect(await send(url, '/v1/nowhere')).toMatchObject({
        status: 403,
        json: { message: 'Missing Authentication Token' },
      });
      const wrongMethod = await send(url, '/v1/shop/things/1', { method: 'DELETE' });
      expect(wrongMethod).toMatchObject({ status: 403, json: { message: 'Missing Authentication Token' } });
      expect(wrongMethod.headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
      const signed = await send(url, '/v1/nowhere', { headers: { Authorization: 'Bearer x' } });
      expect(signed).toMatchObject({ status: 403, json: { message: expect.stringContaining('Credential') } });
      expect(await send(url, '/v1/shop/things/1')).toMatchObject({ status: 401, json: { message: 'Unauthorized' } });
    });
  });

  it('say what the template of the API says, with its variables, type and headers', async () => {
    const { world, response } = await twoApis();
    await response('MISSING_AUTHENTICATION_TOKEN', 404, 'not_found');
    await serving(world, async (url) => {
      const answer = await send(url, '/v1/shop/nothing', { headers: { Origin: 'http://shop.test' } });
      expect(answer.status).toBe(404);
      expect(answer.headers).toMatchObject({
        'content-type': 'application/problem+json',
        'access-control-allow-origin': '*',
        'x-path': '/v1/shop/nothing',
        'x-origin': 'http://shop.test',
      });
      const requestId = answer.headers['x-amzn-requestid'];
      expect(answer.json).toEqual({
        type: 'urn:problem:not_found',
        status: 404,
        code: 'not_found',
        requestId,
        shop: '',
      });
      expect((await send(url, '/v1/cart/1/nothing')).status).toBe(403);
    });
  });

  it('can show what the authorizer said', async () => {
    const denial = {
      principalId: 'p',
      context: { shop: 'north' },
      policyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] },
    };
    const { world, response } = await twoApis(() => denial);
    await response('ACCESS_DENIED', 403, 'forbidden');
    const answer = await serving(world, (url) =>
      send(url, '/v1/shop/things/1', { headers: { Authorization: 'Bearer x' } }),
    );
    expect(answer).toMatchObject({ status: 403, json: { code: 'forbidden', shop: 'north' } });
  });

  it('fall back to DEFAULT_4XX and DEFAULT_5XX, which keep the status unless they have one', async () => {
    const { world, response } = await twoApis(() => 'nonsense');
    await response('DEFAULT_4XX', undefined, 'client');
    await response('DEFAULT_5XX', 503, 'server');
    await serving(world, async (url) => {
      expect(await send(url, '/v1/shop/things/1')).toMatchObject({ status: 401, json: { code: 'client' } });
      const failed = await send(url, '/v1/shop/things/1', { headers: { Authorization: 'Bearer x' } });
      expect(failed).toMatchObject({ status: 503, json: { code: 'server' } });
    });
  });

  it('refuse variables and types that are not known, with the path', async () => {
    const { world } = await twoApis();
    const provision = (more: Record<string, unknown>) =>
      world.provision('GatewayResponse', 'Odd', { RestApiId: 'x', ResponseType: 'THROTTLED', ...more });
    const templates = (text: string) => ({ ResponseTemplates: { 'application/json': text } });
    await expect(provision(templates('$context.wafResponseCode'))).rejects.toThrow(
      'shop/Odd.Properties.ResponseTemplates',
    );
    await expect(provision(templates('#set($x = 1)'))).rejects.toThrow('#set');
    await expect(provision(templates("$input.path('$')"))).rejects.toThrow('$i');
    await expect(provision({ ResponseType: 'TEAPOT' })).rejects.toThrow('TEAPOT');
    await expect(provision({ ResponseParameters: { 'gatewayresponse.header.X': 'integration.x' } })).rejects.toThrow(
      'integration.x',
    );
    await world.close();
  });
});

describe('a mock integration', () => {
  const preflight = (more: Record<string, unknown> = {}) => ({
    responses: { '204': { description: 'x' } },
    'x-amazon-apigateway-integration': {
      type: 'mock',
      passthroughBehavior: 'when_no_match',
      requestTemplates: { 'application/json': '{"statusCode":204}' },
      responses: {
        default: {
          statusCode: '204',
          responseParameters: { 'method.response.header.Access-Control-Allow-Methods': "'GET,OPTIONS'" },
        },
      },
      ...more,
    },
  });

  it('answers a preflight without a credential and without a function', async () => {
    const world = createWorld({});
    await world.deploy(
      'shop',
      apiBody({ '/v1/shop/things': { get: proxy('f', withCredential), options: preflight() } }),
    );
    const answer = await serving(world, (url) => send(url, '/v1/shop/things', { method: 'OPTIONS' }));
    expect(answer).toMatchObject({ status: 204, text: '', headers: { 'access-control-allow-methods': 'GET,OPTIONS' } });
    expect(world.lambda.calls).toHaveLength(0);
  });

  it.each([
    ['a template that computes', { requestTemplates: { 'application/json': '{"statusCode": $x}' } }],
    [
      'a mapped parameter',
      {
        responses: {
          default: {
            statusCode: '200',
            responseParameters: { 'method.response.header.X': 'integration.response.header.X' },
          },
        },
      },
    ],
  ])('is refused with %s', async (_what, more) => {
    const world = createWorld({});
    const body = apiBody({ '/v1/shop/things': { options: preflight(more) } });
    await expect(world.deploy('shop', body)).rejects.toThrow('shop/shop.Properties.Body.paths./v1/shop/things.options');
    await world.close();
  });
});

describe('an OpenAPI body', () => {
  it.each([
    [
      'an extension that is not known',
      { '/a': { get: proxy('f', { 'x-amazon-apigateway-request-validator': 'all' }) } },
      'x-amazon-apigateway-request-validator',
    ],
    [
      'an integration over HTTP',
      { '/a': { get: { 'x-amazon-apigateway-integration': { type: 'http_proxy', uri: 'http://x' } } } },
      '/a.get.x-amazon-apigateway-integration',
    ],
    ['no integration', { '/a': { get: {} } }, '/a.get.x-amazon-apigateway-integration'],
    [
      'a scheme that is not there',
      { '/a': { get: proxy('f', { security: [{ other: [] }] }) } },
      '/a.get.security.other',
    ],
    [
      'alternative credentials',
      { '/a': { get: proxy('f', { security: [{ credential: [] }, { usageKey: [] }] }) } },
      '/a.get.security',
    ],
  ])('is refused with %s', async (_what, paths, path) => {
    const world = createWorld({});
    await expect(world.deploy('shop', apiBody(paths))).rejects.toThrow(path);
    await world.close();
  });

  it('may not serve what another API serves already', async () => {
    const world = createWorld({});
    await world.deploy('one', apiBody({ '/v1/a/{x}': { get: proxy('f') } }));
    await world.deploy('two', apiBody({ '/v1/a/{y}': { get: proxy('f') } }));
    await expect(world.gateway.start()).rejects.toThrow('GET /v1/a/{y} is served by both one and two');
    await world.state.close();
  });
});
