import { request as httpRequest } from 'node:http';
import { createApiGateway } from '../../../lib/local/api-gateway/create-api-gateway.ts';
import { createMeter } from '../../../lib/local/meter.ts';
import { createState } from '../../../lib/local/state.ts';
import { createWeather } from '../../../lib/local/weather.ts';
import {
  account,
  createFakeIam,
  createFakeLambda,
  createKeptLog,
  functionArn,
  resource,
  role,
  root,
  type Handler,
} from '../fake-ports.ts';
import { createVirtualClock, type VirtualClock } from '../virtual-clock.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  readonly text: string;
  readonly json: unknown;
}

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer;
}

/** One request on a connection of its own, with exactly these headers. */
export const send = (url: string, path: string, sent: Sent = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = sent;
    const { hostname, port } = new URL(url);
    const request = httpRequest({ hostname, port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const text = bytes.toString('utf8');
        const json = (): unknown => (text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : undefined);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, text, json: json() });
      });
    });
    request.on('error', reject);
    request.end(body);
  });

const invocationUri = (name: string): string =>
  `arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/${functionArn(name)}/invocations`;

/** A proxy integration, as the constructs write it. */
export const proxy = (name: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  responses: { default: { description: 'x' } },
  'x-amazon-apigateway-integration': {
    type: 'aws_proxy',
    httpMethod: 'POST',
    uri: invocationUri(name),
    credentials: role('gateway'),
    passthroughBehavior: 'when_no_match',
    timeoutInMillis: 29_000,
  },
  ...more,
});

export const withCredential = { security: [{ credential: [] }] };
export const withPlan = { security: [{ credential: [], usageKey: [] }] };

export const apiBody = (
  paths: Record<string, unknown>,
  more: Record<string, unknown> = {},
): Record<string, unknown> => ({
  openapi: '3.0.1',
  info: { title: 'An API', version: '1' },
  'x-amazon-apigateway-api-key-source': 'AUTHORIZER',
  paths,
  components: {
    securitySchemes: {
      usageKey: { type: 'apiKey', name: 'x-api-key', in: 'header' },
      credential: {
        type: 'apiKey',
        name: 'Authorization',
        in: 'header',
        'x-amazon-apigateway-authtype': 'custom',
        'x-amazon-apigateway-authorizer': {
          type: 'request',
          identitySource: 'method.request.header.Authorization',
          authorizerUri: invocationUri('authorizer'),
          authorizerCredentials: role('gateway'),
          authorizerResultTtlInSeconds: 60,
        },
      },
    },
  },
  ...more,
});

/** What an authorizer answers to let a caller in. */
export const allowAll = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  principalId: 'somebody',
  policyDocument: {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: 'arn:aws:execute-api:eu-central-1:111111111111:*' },
    ],
  },
  ...more,
});

/** API Gateway with fake neighbours and a virtual clock. */
export const createWorld = (options: {
  readonly handlers?: Record<string, Handler>;
  readonly file?: string;
  readonly clock?: VirtualClock;
  readonly denies?: Parameters<typeof createFakeIam>[0];
}) => {
  const clock = options.clock ?? createVirtualClock();
  const state = createState({ file: options.file ?? ':memory:', synchronous: 'NORMAL' });
  const iam = createFakeIam(options.denies);
  const lambda = createFakeLambda(options.handlers ?? {});
  const meter = createMeter();
  const { log, entries } = createKeptLog();
  const weather = createWeather({ rough: false, seed: 1 });
  const gateway = createApiGateway({
    account,
    state,
    weather,
    meter,
    log,
    clock,
    iam: iam.iam,
    lambda: lambda.lambda,
    port: 0,
  });
  const provision = async (type: string, logicalId: string, properties: Record<string, unknown>): Promise<string> => {
    const provisioner = gateway.provisioners.find((one) => one.types.includes(`AWS::ApiGateway::${type}`));
    const made = await provisioner?.provision(resource(`AWS::ApiGateway::${type}`, logicalId, properties));
    return made?.ref ?? '';
  };
  /** A REST API with its deployment and its stage `live`. */
  const deploy = async (name: string, body: unknown, stage: Record<string, unknown> = {}): Promise<string> => {
    const id = await provision('RestApi', name, { Name: name, Body: body });
    const deployment = await provision('Deployment', `${name}Deployment`, { RestApiId: id });
    const properties = { RestApiId: id, DeploymentId: deployment, StageName: 'live', ...stage };
    await provision('Stage', `${name}Stage`, properties);
    return id;
  };
  const call = async (operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> => ({
    ...Object(await gateway.service.call(operation, input, root)),
  });
  const close = async (): Promise<void> => {
    await gateway.stop();
    await state.close();
  };
  return { clock, state, iam, lambda, meter, entries, gateway, provision, deploy, call, close };
};

export type World = ReturnType<typeof createWorld>;

/** Runs work against a started gateway, and stops it. */
export const serving = async <T>(world: World, work: (url: string) => Promise<T>): Promise<T> => {
  const url = await world.gateway.start();
  try {
    return await work(url);
  } finally {
    await world.close();
  }
};

/** A proxy answer. */
export const ok = (body: unknown = {}): Record<string, unknown> => ({ statusCode: 200, body: JSON.stringify(body) });
