import { describe, expect, it } from 'vitest';
import { AwsError } from '../../../lib/local/aws-error.ts';
import { functionArn, HandlerError, type Handler } from '../fake-ports.ts';
import { settle } from '../virtual-clock.ts';
import { apiBody, createWorld, ok, proxy, send, serving } from './world.ts';

const api = (handler: Handler, more: Record<string, unknown> = {}) => {
  const world = createWorld({ handlers: { f: handler } });
  const paths = {
    '/v1/shop/things/{id}': { get: proxy('f'), post: proxy('f') },
    '/v1/shop/files/{path+}': { get: proxy('f') },
  };
  return { world, deployed: world.deploy('cartwright-dev-shop', apiBody(paths, more)) };
};

describe('a request to a Lambda proxy integration', () => {
  it('reaches the function as an event of format 1.0', async () => {
    const { world, deployed } = api(() => ok());
    const id = await deployed;
    await serving(world, async (url) => {
      const host = new URL(url).host;
      const answer = await send(url, '/v1/shop/things/a%20b?x=1&x=2&y=%C3%BC+z&empty=', {
        method: 'POST',
        headers: {
          Host: host,
          'User-Agent': 'test/1',
          'X-Twice': ['a', 'b'],
          'Content-Type': 'application/json',
          'X-Forwarded-For': '10.0.0.9',
          'X-Amzn-Trace-Id': 'Root=1-69a42c00-0123456789abcdef01234567;Self=1',
        },
        body: '{"a":"ü"}',
      });
      expect(answer.status).toBe(200);
      const multiValueHeaders = {
        Host: [host],
        'User-Agent': ['test/1'],
        'X-Twice': ['a', 'b'],
        'Content-Type': ['application/json'],
        'Content-Length': ['10'],
        'X-Amzn-Trace-Id': ['Root=1-69a42c00-0123456789abcdef01234567;Self=1'],
        'X-Forwarded-For': ['10.0.0.9, 127.0.0.1'],
        'X-Forwarded-Port': [host.split(':')[1]],
        'X-Forwarded-Proto': ['http'],
      };
      expect(world.lambda.calls[0]?.event).toEqual({
        resource: '/v1/shop/things/{id}',
        path: '/v1/shop/things/a%20b',
        httpMethod: 'POST',
        headers: Object.fromEntries(Object.entries(multiValueHeaders).map(([name, values]) => [name, values.at(-1)])),
        multiValueHeaders,
        queryStringParameters: { x: '2', y: 'ü z', empty: '' },
        multiValueQueryStringParameters: { x: ['1', '2'], y: ['ü z'], empty: [''] },
        pathParameters: { id: 'a%20b' },
        stageVariables: null,
        requestContext: {
          resourceId: expect.stringMatching(/^[0-9a-z]{6}$/),
          resourcePath: '/v1/shop/things/{id}',
          httpMethod: 'POST',
          extendedRequestId: answer.headers['x-amz-apigw-id'],
          requestTime: '01/Mar/2026:12:00:00 +0000',
          path: '/v1/shop/things/a%20b',
          accountId: '111111111111',
          protocol: 'HTTP/1.1',
          stage: 'live',
          domainPrefix: '127',
          requestTimeEpoch: Date.parse('2026-03-01T12:00:00Z'),
          requestId: answer.headers['x-amzn-requestid'],
          identity: {
            cognitoIdentityPoolId: null,
            accountId: null,
            cognitoIdentityId: null,
            caller: null,
            sourceIp: '127.0.0.1',
            principalOrgId: null,
            accessKey: null,
            cognitoAuthenticationType: null,
            cognitoAuthenticationProvider: null,
            userArn: null,
            userAgent: 'test/1',
            user: null,
          },
          domainName: host,
          deploymentId: expect.any(String),
          apiId: id,
        },
        body: '{"a":"ü"}',
        isBase64Encoded: false,
      });
      expect(world.lambda.calls[0]?.request).toMatchObject({
        functionArn: functionArn('f'),
        principal: { kind: 'role', arn: 'arn:aws:iam::111111111111:role/gateway' },
        type: 'RequestResponse',
        traceId: '1-69a42c00-0123456789abcdef01234567',
      });
      expect(world.iam.assumed).toEqual([
        { roleArn: 'arn:aws:iam::111111111111:role/gateway', service: 'apigateway.amazonaws.com' },
      ]);
    });
  });

  it('has null for what is not there, and a trace of its own when the client has none', async () => {
    const { world, deployed } = api(() => ok());
    await deployed;
    await serving(world, async (url) => {
      const answer = await send(url, '/v1/shop/files/a/b/c.txt');
      const trace = answer.headers['x-amzn-trace-id'];
      expect(trace).toMatch(/^Root=1-69a42a40-[0-9a-f]{24}$/);
      expect(world.lambda.calls[0]?.event).toMatchObject({
        pathParameters: { path: 'a/b/c.txt' },
        queryStringParameters: null,
        multiValueQueryStringParameters: null,
        body: null,
        headers: { 'X-Amzn-Trace-Id': trace },
      });
    });
  });

  it('gets the answer with its headers, several values, and what belongs to the gateway under another name', async () => {
    const { world, deployed } = api(() => ({
      statusCode: 201,
      headers: { ETag: '"1"', 'WWW-Authenticate': 'Bearer', 'X-Number': 5, 'Set-Cookie': 'lost=1' },
      multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] },
      body: '{"ü":1}',
    }));
    await deployed;
    const answer = await serving(world, (url) => send(url, '/v1/shop/things/1'));
    expect(answer).toMatchObject({ status: 201, json: { ü: 1 } });
    expect(answer.headers).toMatchObject({
      etag: '"1"',
      'x-number': '5',
      'x-amzn-remapped-www-authenticate': 'Bearer',
      'set-cookie': ['a=1', 'b=2'],
      'content-type': 'application/json',
      'content-length': '8',
    });
    expect(answer.headers).not.toHaveProperty('www-authenticate');
  });

  it('has no body with 204', async () => {
    const { world, deployed } = api(() => ({ statusCode: 204 }));
    await deployed;
    const answer = await serving(world, (url) => send(url, '/v1/shop/things/1'));
    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(answer.headers).not.toHaveProperty('content-length');
  });

  it.each([
    ['text', 'hello'],
    ['no status', { body: 'x' }],
    ['a status that is none', { statusCode: 'ok' }],
    ['a body that is not text', { statusCode: 200, body: { a: 1 } }],
    ['a field that it may not have', { statusCode: 200, cookies: [] }],
    ['a header that cannot be sent', { statusCode: 200, headers: { 'X-Bad': 'a\r\nb' } }],
    ['a header that is an object', { statusCode: 200, headers: { 'X-Bad': {} } }],
    ['nothing', null],
  ])('is 502 when the function answers with %s', async (_what, result) => {
    const { world, deployed } = api(() => result);
    await deployed;
    const answer = await serving(world, (url) => send(url, '/v1/shop/things/1'));
    expect(answer).toMatchObject({ status: 502, json: { message: 'Internal server error' } });
  });

  it('is 502 when the function throws, 500 when it may not be called or is throttled, 504 when it takes 29 s', async () => {
    const thrower =
      (error: Error): Handler =>
      () => {
        throw error;
      };
    const statusOf = async (handler: Handler): Promise<number> => {
      const { world, deployed } = api(handler);
      await deployed;
      return (await serving(world, (url) => send(url, '/v1/shop/things/1'))).status;
    };
    expect(await statusOf(thrower(new HandlerError('Oops', 'x')))).toBe(502);
    expect(await statusOf(thrower(new AwsError('AccessDeniedException', 'x', 403)))).toBe(500);
    expect(await statusOf(thrower(new AwsError('TooManyRequestsException', 'x', 429)))).toBe(500);

    const reached = Promise.withResolvers<void>();
    const { world, deployed } = api(() => {
      reached.resolve();
      return new Promise(() => undefined);
    });
    await deployed;
    await serving(world, async (url) => {
      const pending = send(url, '/v1/shop/things/1');
      await reached.promise;
      await world.clock.advance(29_000);
      expect(await pending).toMatchObject({ status: 504, json: { message: 'Endpoint request timed out' } });
    });
  });

  it('takes bodies of 10 MB and no more, whether their length is said or not', async () => {
    const { world, deployed } = api((event) => ok({ length: String(Object(event).body).length }));
    await deployed;
    await serving(world, async (url) => {
      const post = (size: number, headers: Record<string, string>) =>
        send(url, '/v1/shop/things/1', { method: 'POST', headers, body: Buffer.alloc(size, 'x') });
      const most = 10 * 1024 * 1024;
      expect((await post(most, { 'Content-Length': String(most) })).json).toEqual({ length: most });
      expect((await post(most + 1, { 'Content-Length': String(most + 1) })).status).toBe(413);
      expect((await post(most + 1, { 'Transfer-Encoding': 'chunked' })).status).toBe(413);
      expect(world.lambda.calls).toHaveLength(1);
    });
  });

  it('takes 10,240 bytes of request line and headers and no more', async () => {
    const { world, deployed } = api(() => ok());
    await deployed;
    await serving(world, async (url) => {
      const withHeader = (size: number) => send(url, '/v1/shop/things/1', { headers: { 'X-Long': 'x'.repeat(size) } });
      expect((await withHeader(10_000)).status).toBe(200);
      expect((await withHeader(10_240)).status).toBe(413);
    });
  });

  it('passes binary bodies as base64, by the media types of the API', async () => {
    const bytes = Buffer.from([0, 255, 1, 254]);
    const { world, deployed } = api(
      () => ({
        statusCode: 200,
        headers: { 'Content-Type': 'image/png' },
        body: bytes.toString('base64'),
        isBase64Encoded: true,
      }),
      { 'x-amazon-apigateway-binary-media-types': ['image/*'] },
    );
    await deployed;
    await serving(world, async (url) => {
      const path = '/v1/shop/things/1';
      const sent = { method: 'POST', headers: { 'Content-Type': 'image/png', Accept: 'image/png,*/*' }, body: bytes };
      expect((await send(url, path, sent)).bytes).toEqual(bytes);
      expect(world.lambda.calls[0]?.event).toMatchObject({ body: bytes.toString('base64'), isBase64Encoded: true });
      const asText = await send(url, path, { headers: { Accept: 'application/json' } });
      expect(asText.text).toBe(bytes.toString('base64'));
    });
  });

  it('is a line in the live log with its domain and trace', async () => {
    const { world, deployed } = api(() => ok());
    await deployed;
    await serving(world, (url) => send(url, '/v1/shop/things/1'));
    expect(world.entries).toMatchObject([
      {
        source: 'api',
        level: 'info',
        domain: 'shop',
        traceId: expect.stringMatching(/^1-/),
        message: 'GET /v1/shop/things/1 200 0 ms',
      },
    ]);
    expect(world.meter.read()).toMatchObject({ 'apigateway.requests': 1 });
  });
});

describe('the server', () => {
  it('lets a request under way end when it stops, and takes no new one', async () => {
    const answering = Promise.withResolvers<unknown>();
    const reached = Promise.withResolvers<void>();
    const { world, deployed } = api(() => {
      reached.resolve();
      return answering.promise;
    });
    await deployed;
    const url = await world.gateway.start();
    const pending = send(url, '/v1/shop/things/1');
    await reached.promise;
    const stopped = world.gateway.stop();
    await settle();
    await expect(send(url, '/v1/shop/things/1')).rejects.toThrow('ECONNREFUSED');
    answering.resolve(ok({ last: true }));
    expect(await pending).toMatchObject({ status: 200, json: { last: true } });
    await stopped;
    await world.state.close();
  });

  it('closes what is still open after two seconds', async () => {
    const reached = Promise.withResolvers<void>();
    const { world, deployed } = api(() => {
      reached.resolve();
      return new Promise(() => undefined);
    });
    await deployed;
    const url = await world.gateway.start();
    const pending = send(url, '/v1/shop/things/1').catch((error: unknown) => String(error));
    await reached.promise;
    const stopped = world.gateway.stop();
    await world.clock.advance(2000);
    await stopped;
    expect(await pending).toContain('socket hang up');
    await world.state.close();
  });
});
