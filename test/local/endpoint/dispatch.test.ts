import { expect, test } from 'vitest';
import { AwsError } from '../../../lib/local/aws-error.ts';
import type { AwsService, Principal } from '../../../lib/local/contracts.ts';
import { createDispatch } from '../../../lib/local/endpoint/dispatch.ts';
import type { WireRequest } from '../../../lib/local/endpoint/wire.ts';

const principal: Principal = { kind: 'role', arn: 'arn:aws:iam::111111111111:role/r' };

/** A service that answers what it was asked, or fails by the operation's name. */
const echo = (signingName: string): AwsService => ({
  signingName,
  async call(operation, input, caller) {
    if (operation === 'Refuse') throw new AwsError('AccessDeniedException', 'no', 403);
    if (operation === 'Conflict') throw new AwsError('ResourceConflictException', 'taken', 409, { Resource: 'x' });
    if (operation === 'Break') throw new TypeError('a mistake');
    if (operation === 'Invoke') {
      return { StatusCode: 200, FunctionError: 'Unhandled', Payload: JSON.stringify(input) };
    }
    return { operation, input, caller: caller.arn };
  },
});

const failures: unknown[] = [];
const services = new Map(
  ['sqs', 'states', 'lambda', 'apigateway', 'sts', 'scheduler'].map((name) => [name, echo(name)]),
);
const dispatch = createDispatch(
  (name) => services.get(name),
  (error) => void failures.push(error),
);

const signedFor = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=local/20260101/eu-central-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;

const send = async (request: Partial<WireRequest>) => {
  const answer = await dispatch({ method: 'POST', url: '/', headers: {}, body: '', ...request }, () => principal);
  return { ...answer, json: () => JSON.parse(answer.body) as unknown };
};

const json = (target: string, input: unknown) =>
  send({
    headers: { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.0' },
    body: JSON.stringify(input),
  });

test('a JSON request goes to the operation of its target', async () => {
  const answer = await json('AmazonSQS.SendMessage', { QueueUrl: 'x' });
  expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/x-amz-json-1.0' } });
  expect(answer.json()).toEqual({ operation: 'SendMessage', input: { QueueUrl: 'x' }, caller: principal.arn });
});

test.each([
  ['Refuse', 400, 'AccessDeniedException'],
  ['Conflict', 409, 'ResourceConflictException'],
  ['Break', 500, 'InternalServerError'],
])('a JSON service that fails by %s answers %i', async (operation, status, code) => {
  const answer = await json(`AWSStepFunctions.${operation}`, {});
  expect(answer.status).toBe(status);
  expect(answer.json()).toMatchObject({ __type: code });
});

test('an error has its own members, and its namespace where SDKs look for it', async () => {
  expect((await json('AmazonSQS.Conflict', {})).json()).toEqual({
    __type: 'com.amazonaws.sqs#ResourceConflictException',
    message: 'taken',
    Resource: 'x',
  });
});

test('a fault of the local cloud is told to its log', async () => {
  failures.length = 0;
  await json('AmazonSQS.Break', {});
  await json('AmazonSQS.Conflict', {});
  expect(failures).toEqual([expect.objectContaining({ message: 'a mistake' })]);
});

test('a body that is no JSON object is a SerializationException', async () => {
  const answer = await send({ headers: { 'x-amz-target': 'AmazonSQS.SendMessage' }, body: '[' });
  expect([answer.status, answer.json()]).toMatchObject([400, { __type: 'com.amazonaws.sqs#SerializationException' }]);
});

test('a service that there is not is NotImplemented by name', async () => {
  expect((await json('secretsmanager.GetSecretValue', {})).json()).toMatchObject({
    __type: 'NotImplemented',
    message: expect.stringContaining('secretsmanager'),
  });
});

test("Lambda's payload is the body, in and out, and its error a header", async () => {
  const answer = await send({
    url: '/2015-03-31/functions/orders-place%3Alive/invocations?Qualifier=live',
    headers: { authorization: signedFor('lambda'), 'x-amz-invocation-type': 'Event' },
    body: '{"a":1}',
  });
  expect(answer).toMatchObject({ status: 200, headers: { 'x-amz-function-error': 'Unhandled' } });
  expect(answer.json()).toEqual({
    FunctionName: 'orders-place:live',
    Qualifier: 'live',
    InvocationType: 'Event',
    Payload: '{"a":1}',
  });
});

test.each([
  ['apigateway', 'POST', '/apikeys', '{"name":"k"}', 201, 'CreateApiKey', { name: 'k' }],
  [
    'apigateway',
    'GET',
    '/apikeys?limit=5&name=k&includeValues=true',
    '',
    200,
    'GetApiKeys',
    { limit: '5', nameQuery: 'k', includeValues: 'true' },
  ],
  [
    'apigateway',
    'POST',
    '/usageplans/p1/keys',
    '{"keyId":"k1","keyType":"API_KEY"}',
    201,
    'CreateUsagePlanKey',
    { usagePlanId: 'p1', keyId: 'k1', keyType: 'API_KEY' },
  ],
  [
    'apigateway',
    'GET',
    '/usageplans/p1/usage?keyId=k1&startDate=2026-01-01&endDate=2026-01-31',
    '',
    200,
    'GetUsage',
    { usagePlanId: 'p1', keyId: 'k1', startDate: '2026-01-01', endDate: '2026-01-31' },
  ],
  ['lambda', 'GET', '/2015-03-31/functions/f%2Fg', '', 200, 'GetFunction', { FunctionName: 'f/g' }],
  ['scheduler', 'GET', '/schedules/nightly', '', 200, 'GetSchedule', { Name: 'nightly' }],
])('%s: %s %s is an operation', async (service, method, url, body, status, operation, input) => {
  const answer = await send({ method, url, body, headers: { authorization: signedFor(service) } });
  expect([answer.status, answer.json()]).toEqual([status, { operation, input, caller: principal.arn }]);
});

test('a deletion is accepted without a body', async () => {
  const answer = await send({
    method: 'DELETE',
    url: '/apikeys/k1',
    headers: { authorization: signedFor('apigateway') },
  });
  expect([answer.status, answer.body]).toEqual([202, '']);
});

test('a REST path that there is not is NotImplemented by name', async () => {
  const answer = await send({
    method: 'PUT',
    url: '/2015-03-31/functions/f/code',
    headers: { authorization: signedFor('lambda') },
  });
  expect([answer.status, answer.headers['x-amzn-errortype'], answer.json()]).toMatchObject([
    501,
    'NotImplemented',
    { message: expect.stringContaining('PUT /2015-03-31/functions/f/code') },
  ]);
});

test('the query protocol is a form in and XML out', async () => {
  const answer = await send({
    headers: { authorization: signedFor('sts') },
    body: 'Action=GetCallerIdentity&Version=2011-06-15',
  });
  expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'text/xml' } });
  expect(answer.body).toMatch(
    /^<GetCallerIdentityResponse xmlns="https:\/\/sts.*<GetCallerIdentityResult><operation>GetCallerIdentity<\/operation>/,
  );
  const refused = await send({ headers: { authorization: signedFor('sts') }, body: 'Action=Refuse' });
  expect([refused.status, refused.body]).toEqual([
    403,
    expect.stringContaining('<Code>AccessDenied</Code><Message>no</Message>'),
  ]);
});
