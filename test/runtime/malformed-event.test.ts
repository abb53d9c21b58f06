import type { DynamoDBStreamEvent, SQSEvent } from 'aws-lambda';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { api } from '../../lib/runtime/api.ts';
import { defineCall } from '../../lib/runtime/call.ts';
import { consume } from '../../lib/runtime/consume.ts';
import { health } from '../../lib/runtime/health.ts';
import { publish } from '../../lib/runtime/publish.ts';
import { defineRoute } from '../../lib/runtime/route.ts';
import { schedule } from '../../lib/runtime/schedule.ts';
import { step } from '../../lib/runtime/step.ts';
import { tenantId } from '../../lib/runtime/tenant.ts';
import { lambdaContext, proxyEvent } from '../fixtures/lambda-events.ts';

beforeAll(() => {
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
});

const parse = <Event>(text: string): Event => JSON.parse(text);
const garbage = ['{}', 'null', '7', '"order"', '[]', '{"Records": "none"}', '{"requestContext": {}}'];
const route = defineRoute({ method: 'GET', path: '/v1/things', summary: 'Things', callers: 'public', status: 204 });
const contract = defineCall('things', 'weigh', z.object({ id: z.string() }), z.object({ grams: z.number() }));

describe('garbage is refused by name', () => {
  it.each(garbage)('by a route: %s', async (text) => {
    const handler = api(route, async () => ({ body: undefined }));
    await expect(handler(parse(text), lambdaContext())).rejects.toThrow(
      'GET /v1/things takes a Lambda proxy event of API Gateway (format 1.0), and this event is none: httpMethod is missing',
    );
  });

  it.each(garbage)('by the health of a domain: %s', async (text) => {
    await expect(health('things', [])(parse(text))).rejects.toThrow('GET /v1/things/health takes a Lambda proxy event');
  });

  it.each(garbage)('by a step: %s', async (text) => {
    const handler = step(contract, async () => ({ grams: 1 }));
    await expect(handler(parse(text), lambdaContext())).rejects.toThrow(
      'things.weigh takes {tenant, traceId, input}, and this event is none: ',
    );
  });

  it.each(garbage)('by an inbox: %s', async (text) => {
    await expect(consume([])(parse<SQSEvent>(text), lambdaContext())).rejects.toThrow(
      'This function takes a batch of aws:sqs ({"Records": [...]}), and this event is none: Records is missing',
    );
  });

  it.each(garbage)('by a publisher: %s', async (text) => {
    const handler = publish({ putEvents: vi.fn() }, 'bus', () => []);
    await expect(handler(parse<DynamoDBStreamEvent>(text), lambdaContext())).rejects.toThrow(
      'This function takes a batch of aws:dynamodb ({"Records": [...]}), and this event is none: Records is missing',
    );
  });

  it.each(garbage.slice(1))('by scheduled work: %s', async (text) => {
    await expect(schedule('sweep', async () => ({}))(parse(text), lambdaContext())).rejects.toThrow(
      '"sweep" takes an event of EventBridge Scheduler, or {} by hand',
    );
  });
});

describe('what is nearly right', () => {
  it('is refused with its places', async () => {
    const handler = step(contract, async () => ({ grams: 1 }));
    const event = { tenant: tenantId.derive('one'), traceId: 't', input: { id: 7 } };
    await expect(handler(event, lambdaContext())).rejects.toMatchObject({
      name: 'MalformedEvent',
      message: expect.stringContaining('input.id: Invalid input: expected string'),
    });
    await expect(handler({ traceId: 't', input: { id: 'a' } }, lambdaContext())).rejects.toThrow('tenant is missing');
  });

  it('in a batch of another source is refused as a whole', async () => {
    const batch = { Records: [{ eventSource: 'aws:s3' }] };
    await expect(consume([])(parse<SQSEvent>(JSON.stringify(batch)), lambdaContext())).rejects.toThrow(
      'Records.0.eventSource is not aws:sqs',
    );
  });

  it('in one message of a batch fails that message, and the log says why', async () => {
    const log = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const batch = { Records: [{ eventSource: 'aws:sqs', messageId: 'm-1', body: 'two cups' }] };
    expect(await consume([])(parse<SQSEvent>(JSON.stringify(batch)), lambdaContext())).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm-1' }],
    });
    expect(log.mock.calls.join('\n')).toContain(
      'This inbox takes events of EventBridge, and this event is none: the message is no JSON',
    );
    log.mockRestore();
  });

  it('is let through: scheduled work by hand, a health check without a query', async () => {
    const work = vi.fn(async () => ({}));
    await schedule('sweep', work)({}, lambdaContext());
    expect(work).toHaveBeenCalledOnce();
    expect(await health('things', [])(proxyEvent({}))).toMatchObject({
      statusCode: 200,
      body: '{"domain":"things","status":"ok"}',
    });
    expect(await health('things', [])(proxyEvent({ query: { deep: ['1'] } }))).toMatchObject({ statusCode: 400 });
  });
});
