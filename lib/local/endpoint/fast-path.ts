import { syncBuiltinESMExports } from 'node:module';
import type { MessagePort } from 'node:worker_threads';
import type { WorkerDynamoDb } from '../dynamodb/dynamodb.ts';
import { countersIn } from '../dynamodb/counters.ts';
import { createEngineClient, type EngineClient } from '../dynamodb/engine-client.ts';
import { shardOf } from '../dynamodb/catalog.ts';
import { createFront } from '../dynamodb/front.ts';
import { createShardedEngine } from '../dynamodb/sharded-engine.ts';
import { createAuthorizer } from '../iam/authorizer.ts';
import type { RoleSnapshot } from '../iam/iam.ts';
import type { Access } from '../dynamodb/access.ts';
import { isObject } from '../json.ts';
import { createWeather } from '../weather.ts';
import { callerOn, observerOn } from './fast-messages.ts';
import { fastRequest } from './fast-request.ts';
import { createFastSessions } from './fast-sessions.ts';
import { credentialScope } from './identity.ts';
import { jsonError, jsonTarget } from './json-protocol.ts';
import type { WireAnswer, WireRequest } from './wire.ts';

export interface FastPathOptions {
  /** Host and port of the AWS endpoint that is short-cut. */
  readonly host: string;
  readonly port: number;
  /** The function's own access key. */
  readonly accessKeyId: string;
  readonly role: RoleSnapshot;
  readonly dynamodb: WorkerDynamoDb;
  /** For the weather of this environment. */
  readonly seed: number;
  /** To the main thread, for the services that live there. */
  readonly calls: MessagePort;
}

/** S3's bodies are streams, so its requests stay with HTTP. */
const LONG_WAY = new Set(['s3']);

/** Connections of one thread to an engine. */
const CONNECTIONS = 16;
let clients: readonly EngineClient[] | undefined;
const engineClients = (engines: WorkerDynamoDb['engines']): readonly EngineClient[] =>
  (clients ??= engines.map((at) => createEngineClient({ ...at, connections: CONNECTIONS })));

type ServeDynamoDb = (
  request: WireRequest,
  operation: string,
  authorize: (access: Access) => void,
) => Promise<WireAnswer>;

const serveDynamoDb = (options: FastPathOptions): ServeDynamoDb => {
  const { dynamodb } = options;
  const tables = new Map(dynamodb.tables.map((table) => [table.name, table]));
  const lookup = (name: string) => tables.get(name);
  const names = [...tables.keys()].sort();
  const front = createFront({
    account: dynamodb.account,
    tables: lookup,
    tableNames: () => names,
    engine: createShardedEngine(engineClients(dynamodb.engines), (name) => shardOf(lookup, name)),
    weather: createWeather({ rough: dynamodb.weather.rough, seed: options.seed }),
    counters: countersIn(dynamodb.counters),
  });
  return async (request, operation, authorize) => {
    try {
      const { status, body } = await front.call(operation, request.body, authorize);
      return { status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body };
    } catch (error) {
      return jsonError(error, request);
    }
  };
};

/**
 * Short-cuts the AWS SDK of a function inside its worker: what it sends to the AWS endpoint goes to the DynamoDB engine
 * (after the same permission, weather and counting as in the main thread), or as a message to the main thread. Runs
 * before the bundle is loaded. Everything else that uses `node:http` is untouched. Answers what takes the names of the
 * function's requests since it was called last; until it is called, none are kept.
 */
export const installAwsFastPath = (options: FastPathOptions): (() => readonly string[]) => {
  const { host, port, role, calls } = options;
  const serve = serveDynamoDb(options);
  const call = callerOn(calls);
  const observerOf = (arn: string) => observerOn(calls, role.mark, arn);
  const own = createAuthorizer(role, observerOf(role.principal.arn));
  const sessionOf = createFastSessions({ call, mark: role.mark, observerOf, now: Date.now });
  const path: FunctionPath = {
    host,
    port,
    call,
    requests: undefined,
    dynamodb: (request, operation) => serve(request, operation, own),
    dynamodbAs: async (accessKeyId, request, operation) => {
      const known = sessionOf(accessKeyId);
      const session = known instanceof Promise ? await known : known;
      return 'refusal' in session ? session.refusal : await serve(request, operation, session.authorize);
    },
  };
  functions.set(options.accessKeyId, path);
  if (functions.size === 1) patchHttp();
  return () => {
    const taken = path.requests ?? [];
    path.requests = [];
    return taken;
  };
};

interface FunctionPath {
  readonly host: string;
  readonly port: number;
  readonly dynamodb: (request: WireRequest, operation: string) => Promise<WireAnswer>;
  /** With the rights of a session that the function has opened. */
  readonly dynamodbAs: (accessKeyId: string, request: WireRequest, operation: string) => Promise<WireAnswer>;
  readonly call: ReturnType<typeof callerOn>;
  requests: string[] | undefined;
}

const INVOKED = /\/functions\/(?:[^/]*function:|[^/]*function%3A)?([^/:%]+)[^/]*\/invocations/;

/** `dynamodb.GetItem`, `states.StartSyncExecution`, `lambda.Invoke <function>`, `s3.PUT`. */
const requestName = (service: string, operation: string | undefined, method: string, url: string): string => {
  const invoked = INVOKED.exec(url)?.[1];
  return invoked === undefined ? `${service}.${operation ?? method}` : `${service}.Invoke ${invoked}`;
};

/** The functions of this thread by their access keys. */
const functions = new Map<string, FunctionPath>();

const patchHttp = (): void => {
  const http = process.getBuiltinModule('node:http');
  const original = http.request;

  const serverOf = (given: unknown): ((body: string) => Promise<WireAnswer>) | undefined => {
    if (!isObject(given)) return undefined;
    const headers = isObject(given['headers']) ? given['headers'] : {};
    const authorization = headers['authorization'] ?? headers['Authorization'];
    if (typeof authorization !== 'string') return undefined;
    const scope = credentialScope(authorization, '');
    if (scope === undefined) return undefined;
    const own = functions.get(scope.accessKeyId);
    // The key of a session that the function which runs just now has opened.
    const path = own ?? functions.get(process.env['AWS_ACCESS_KEY_ID'] ?? '');
    if (path === undefined || Number(given['port']) !== path.port || given['host'] !== path.host) return undefined;
    const { dynamodb, dynamodbAs, call } = path;
    const targetHeader = headers['x-amz-target'] ?? headers['X-Amz-Target'];
    const target = jsonTarget(typeof targetHeader === 'string' ? targetHeader : undefined);
    const base = { method: String(given['method']), url: String(given['path']) };
    path.requests?.push(requestName(scope.service, target?.operation, base.method, base.url));
    if (LONG_WAY.has(scope.service)) return undefined;
    if (target?.service === 'dynamodb') {
      const wireHeaders = { 'x-amz-target': String(targetHeader), 'content-type': 'application/x-amz-json-1.0' };
      return (body) => {
        const wire = { ...base, headers: wireHeaders, body };
        return own === undefined
          ? dynamodbAs(scope.accessKeyId, wire, target.operation)
          : dynamodb(wire, target.operation);
      };
    }
    // What sessions do in other services goes by HTTP, where they are told apart.
    if (own === undefined) return undefined;
    const texts: Record<string, string | undefined> = { 'x-local-service': scope.service };
    for (const [name, value] of Object.entries(headers)) texts[name.toLowerCase()] = String(value);
    return (body) => call({ ...base, headers: texts, body });
  };

  const request = (...given: unknown[]): unknown => {
    const serve = serverOf(given[0]);
    if (serve === undefined) return Reflect.apply(original, http, given);
    const onResponse = given[1];
    return fastRequest(serve, (response) => {
      if (typeof onResponse === 'function') onResponse(response);
    });
  };
  Reflect.set(http, 'request', request);
  syncBuiltinESMExports();
};
