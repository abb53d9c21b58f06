import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { SFNClient, StartExecutionCommand, StartSyncExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AwsServiceError } from '../../lib/runtime/clients/aws-client.ts';
import { dynamoDbOver } from '../../lib/runtime/clients/dynamodb.ts';
import { eventBusOver } from '../../lib/runtime/clients/events.ts';
import { lambdaOver } from '../../lib/runtime/clients/lambda.ts';
import { namedSecretsOver } from '../../lib/runtime/clients/named-secrets.ts';
import { stepFunctionsOver } from '../../lib/runtime/clients/sfn.ts';
import { queuesOver } from '../../lib/runtime/clients/sqs.ts';
import { stsOver } from '../../lib/runtime/clients/sts.ts';

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG', sessionToken: 'token' };
const FUNCTION = 'arn:aws:lambda:eu-central-1:111111111111:function:cartwright-dev-pricing-quote:live';
const MACHINE = 'arn:aws:states:eu-central-1:111111111111:stateMachine:checkout';

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The signature of a request by the book, from what arrived: to judge the SDK's requests and ours alike. */
const expectedSignature = ({ method, path, headers, body }: Seen): { sent: string; expected: string } => {
  const [, scope = '', names = '', sent = ''] =
    /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+), Signature=(\w+)/.exec(String(headers.authorization)) ?? [];
  const canonical = [
    method,
    path.split('/').map(encodeURIComponent).join('/'),
    '',
    ...names.split(';').map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    names,
    createHash('sha256').update(body).digest('hex'),
  ].join('\n');
  const digest = createHash('sha256').update(canonical).digest('hex');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, digest].join('\n');
  const key = scope
    .split('/')
    .reduce<Buffer | string>(
      (secret, part) => createHmac('sha256', secret).update(part).digest(),
      `AWS4${CREDENTIALS.secretAccessKey}`,
    );
  return { sent, expected: createHmac('sha256', key).update(text).digest('hex') };
};

describe('the lean AWS clients', () => {
  const seen: Seen[] = [];
  let answer: { status: number; headers?: Record<string, string>; body: string } = { status: 200, body: '{}' };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => {
      seen.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  let at = { region: 'eu-central-1', endpoint: '', credentials: () => CREDENTIALS };
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    at = { ...at, endpoint: `http://127.0.0.1:${address.port}` };
  });
  beforeEach(() => {
    seen.length = 0;
    answer = { status: 200, body: '{}' };
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const sdkOptions = () => ({ region: at.region, endpoint: at.endpoint, credentials: CREDENTIALS });

  /** Both requests are signed right and ask for the same. */
  const expectTheSame = (): void => {
    expect(seen).toHaveLength(2);
    for (const request of seen) {
      const { sent, expected } = expectedSignature(request);
      expect(sent).toBe(expected);
      expect(request.headers['x-amz-security-token']).toBe('token');
    }
    const told = seen.map(({ method, path, headers, body }) => ({
      method,
      path,
      target: headers['x-amz-target'],
      type: headers['content-type'],
      body: JSON.parse(body),
    }));
    expect(told[1]).toEqual(told[0]);
  };

  it('ask DynamoDB as the SDK does', async () => {
    const input = { TableName: 'täble', Key: { pk: { S: 'ü' } } };
    await new DynamoDBClient(sdkOptions()).send(new GetItemCommand(input));
    await dynamoDbOver(at).call('GetItem', input);
    expectTheSame();
  });

  it('invoke a function as the SDK does, with its ARN in the path', async () => {
    const payload = '{"tenant":"ü"}';
    await new LambdaClient(sdkOptions()).send(new InvokeCommand({ FunctionName: FUNCTION, Payload: payload }));
    await lambdaOver(at).invoke(FUNCTION, payload, 1000);
    expectTheSame();
  });

  it("tell a function's own error from its answer, and both from a refusal", async () => {
    const lambda = lambdaOver(at);
    answer = { status: 200, body: '{"a":1}' };
    expect(await lambda.invoke(FUNCTION, '{}', 1000)).toEqual({ payload: '{"a":1}', functionError: undefined });
    answer = { status: 200, headers: { 'x-amz-function-error': 'Unhandled' }, body: '{"errorMessage":"x"}' };
    expect(await lambda.invoke(FUNCTION, '{}', 1000)).toMatchObject({ functionError: 'Unhandled' });
    answer = {
      status: 404,
      headers: { 'x-amzn-errortype': 'ResourceNotFoundException:http://internal.amazon.com/' },
      body: '{"Message":"Function not found"}',
    };
    const refused = await lambda.invoke(FUNCTION, '{}', 1000).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AwsServiceError);
    expect(refused).toMatchObject({ name: 'ResourceNotFoundException', message: 'Function not found', status: 404 });
  });

  it('start executions as the SDK does', async () => {
    const input = { stateMachineArn: MACHINE, input: '{"é":1}' };
    answer = { status: 200, body: '{"status":"FAILED","error":"E","cause":"C","executionArn":"a"}' };
    const sdk = new SFNClient({ ...sdkOptions(), disableHostPrefix: true });
    const theirs = await sdk.send(new StartSyncExecutionCommand(input));
    const ours = await stepFunctionsOver(at).startSync(input, 1000);
    expect(ours).toEqual({ status: theirs.status, error: theirs.error, cause: theirs.cause });
    expectTheSame();
    seen.length = 0;
    await sdk.send(new StartExecutionCommand({ ...input, name: 'n' }));
    await stepFunctionsOver(at).start({ ...input, name: 'n' }, 1000);
    expectTheSame();
  });

  it('send a synchronous start to the host that serves it', async () => {
    const nowhere = { ...at, endpoint: 'http://127.0.0.1:1' };
    answer = { status: 200, body: '{"status":"SUCCEEDED","output":"{}"}' };
    await stepFunctionsOver(nowhere, at).startSync({ stateMachineArn: MACHINE }, 1000);
    expect(seen).toHaveLength(1);
  });

  it('put events as the SDK does, and try again after a fault', async () => {
    const entry = { EventBusName: 'bus', Source: 'cartwright.orders', DetailType: 'OrderPlaced.v1', Detail: '{"ä":1}' };
    const at1 = Date.UTC(2026, 0, 2, 3, 4, 5);
    await new EventBridgeClient(sdkOptions()).send(
      new PutEventsCommand({ Entries: [{ ...entry, Time: new Date(at1) }] }),
    );
    answer = { status: 200, body: '{"FailedEntryCount":1,"Entries":[{"ErrorCode":"InternalFailure"}]}' };
    const taken = await eventBusOver(at).putEvents([{ ...entry, Time: at1 / 1000 }]);
    expect(taken).toEqual({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] });
    expectTheSame();
    seen.length = 0;
    answer = { status: 503, body: 'busy' };
    await expect(eventBusOver(at).putEvents([])).rejects.toMatchObject({ name: 'Http503' });
    expect(seen).toHaveLength(3);
  });

  it('send messages to a queue as the SDK does, ten a request, and try again what was not taken', async () => {
    const QueueUrl = 'https://sqs.eu-central-1.amazonaws.com/111111111111/moves';
    const Entries = [
      { Id: '0', MessageBody: '{"ö":1}', DelaySeconds: 2 },
      { Id: '1', MessageBody: 'b' },
    ];
    answer = { status: 200, body: '{"Successful":[],"Failed":[]}' };
    const sdk = new SQSClient({ ...sdkOptions(), useQueueUrlAsEndpoint: false, md5: false });
    await sdk.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    await queuesOver(at).send(QueueUrl, [{ body: '{"ö":1}', delaySeconds: 2 }, { body: 'b' }]);
    expectTheSame();
    seen.length = 0;
    await queuesOver(at).send(
      QueueUrl,
      Array.from({ length: 21 }, () => ({ body: 'x' })),
    );
    expect(seen).toHaveLength(3);
    seen.length = 0;
    answer = {
      status: 200,
      body: '{"Successful":[],"Failed":[{"Id":"0","Code":"InternalError","SenderFault":false}]}',
    };
    await expect(queuesOver(at).send(QueueUrl, [{ body: 'x' }])).rejects.toThrow('InternalError');
    expect(seen).toHaveLength(3);
  });

  it('read and write secrets as the SDK does, and make one that is not there', async () => {
    const sdk = new SecretsManagerClient(sdkOptions());
    const secrets = namedSecretsOver(at, () => 'a-token-of-32-characters-at-least');
    answer = { status: 200, body: '{"SecretString":"kept"}' };
    await sdk.send(new GetSecretValueCommand({ SecretId: 'shop/key' }));
    expect(await secrets.read('shop/key')).toBe('kept');
    expectTheSame();
    seen.length = 0;
    const ClientRequestToken = 'a-token-of-32-characters-at-least';
    await sdk.send(new PutSecretValueCommand({ SecretId: 'shop/key', SecretString: 'new', ClientRequestToken }));
    await secrets.write('shop/key', 'new');
    expectTheSame();

    seen.length = 0;
    answer = { status: 400, body: '{"__type":"ResourceNotFoundException"}' };
    expect(await secrets.read('shop/key')).toBeUndefined();
    await expect(secrets.write('shop/key', 'new')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect(seen.map(({ headers }) => headers['x-amz-target'])).toEqual([
      'secretsmanager.GetSecretValue',
      'secretsmanager.PutSecretValue',
      'secretsmanager.CreateSecret',
    ]);
  });

  describe('of STS', () => {
    const asked = { roleArn: 'arn:aws:iam::111111111111:role/data', sessionName: 'tnt_a', seconds: 3600 };

    it('asks for a session with its tags in the query protocol, signed, and reads the credentials', async () => {
      answer = {
        status: 200,
        body: `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
          <AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>wJalr/XUtn+FEMI=</SecretAccessKey>
          <SessionToken>AQoDYXdzEPT//////////wEX==</SessionToken><Expiration>2026-11-21T13:00:00Z</Expiration>
          </Credentials></AssumeRoleResult></AssumeRoleResponse>`,
      };
      const session = await stsOver(at).assumeRole({ ...asked, tags: { tenant: 'tnt_a', shop: 'a b' } });
      expect(session).toEqual({
        accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
        secretAccessKey: 'wJalr/XUtn+FEMI=',
        sessionToken: 'AQoDYXdzEPT//////////wEX==',
        expiresAt: Date.UTC(2026, 10, 21, 13),
      });
      const [request] = seen;
      if (request === undefined) throw new Error('nothing was asked');
      const { sent, expected } = expectedSignature(request);
      expect(sent).toBe(expected);
      expect(request.headers['content-type']).toBe('application/x-www-form-urlencoded; charset=utf-8');
      expect(Object.fromEntries(new URLSearchParams(request.body))).toEqual({
        Action: 'AssumeRole',
        Version: '2011-06-15',
        RoleArn: asked.roleArn,
        RoleSessionName: 'tnt_a',
        DurationSeconds: '3600',
        'Tags.member.1.Key': 'tenant',
        'Tags.member.1.Value': 'tnt_a',
        'Tags.member.2.Key': 'shop',
        'Tags.member.2.Value': 'a b',
      });
    });

    it.each([
      ['AccessDenied', 403, 1],
      ['Throttling', 400, 3],
    ])('tells a refusal with %s by its name, and tries again what may go away', async (code, status, times) => {
      const body = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>No.</Message></Error></ErrorResponse>`;
      answer = { status, body };
      await expect(stsOver(at).assumeRole({ ...asked, tags: {} })).rejects.toMatchObject({
        name: code,
        message: 'No.',
      });
      expect(seen).toHaveLength(times);
    });

    it('takes no answer that lacks something', async () => {
      answer = {
        status: 200,
        body: '<AssumeRoleResponse><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId></AssumeRoleResponse>',
      };
      await expect(stsOver(at).assumeRole({ ...asked, tags: {} })).rejects.toThrow('secretAccessKey');
    });
  });

  it('fail, so that they can try again, when the connection breaks inside an answer', async () => {
    const broken = createServer((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{', () => response.socket?.destroy());
    });
    await new Promise<void>((resolve) => broken.listen(0, '127.0.0.1', resolve));
    const address = broken.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const lambda = lambdaOver({ ...at, endpoint: `http://127.0.0.1:${address.port}` });
    await expect(lambda.invoke(FUNCTION, '{}', 500)).rejects.toThrow('aborted');
    broken.close();
  });

  it('say what did not answer in time', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const lambda = lambdaOver({ ...at, endpoint: `http://127.0.0.1:${address.port}` });
    await expect(lambda.invoke(FUNCTION, '{}', 20)).rejects.toThrow(`${FUNCTION} did not answer in 20 ms`);
    silent.closeAllConnections();
    silent.close();
  });
});
