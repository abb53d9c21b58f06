import * as z from 'zod';
import { isObject, type JsonObject } from '../json.ts';

/** Where a request goes: a function, or an answer without one. */
type Integration =
  | {
      readonly kind: 'function';
      readonly functionArn: string;
      readonly roleArn: string | undefined;
      readonly timeoutMs: number;
    }
  | {
      readonly kind: 'mock';
      readonly status: number;
      readonly headers: readonly (readonly [string, string])[];
      readonly body: string;
    };

/** A Lambda authorizer of the type REQUEST. */
export interface AuthorizerDefinition {
  readonly name: string;
  readonly functionArn: string;
  readonly roleArn: string | undefined;
  /** Names of the headers that say who calls, in lower case. */
  readonly identityHeaders: readonly string[];
  /** 0: nothing is kept. */
  readonly ttlSeconds: number;
}

export interface OperationDefinition {
  /** In upper case; `ANY` stands for every method that the path has not. */
  readonly method: string;
  readonly path: string;
  readonly integration: Integration;
  readonly authorizer: AuthorizerDefinition | undefined;
  readonly apiKeyRequired: boolean;
}

export interface ApiBody {
  readonly operations: readonly OperationDefinition[];
  readonly binaryMediaTypes: readonly string[];
  /** Where the API key of a request comes from. */
  readonly apiKeySource: 'HEADER' | 'AUTHORIZER';
}

/** REST APIs end an integration after 29 s at the latest. */
const longestIntegrationMs = 29_000;

/** How long an authorizer’s answer is kept when its definition does not say. */
const defaultTtlSeconds = 300;

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];
const anyMethod = 'x-amazon-apigateway-any-method';

const wrong = (path: string, problem: string): Error => new Error(`${path}: ${problem}`);

const objectAt = (value: unknown, path: string): JsonObject => {
  if (!isObject(value)) throw wrong(path, 'an object is expected');
  return value;
};

/** Extensions have an effect, so one that is not known is refused; the rest of OpenAPI describes. */
const checkExtensions = (value: JsonObject, known: readonly string[], path: string): void => {
  for (const key of Object.keys(value)) {
    if (key.startsWith('x-amazon-') && !known.includes(key))
      throw wrong(`${path}.${key}`, 'the local cloud does not implement it');
  }
};

const parseWith = <Schema extends z.ZodType>(schema: Schema, value: unknown, path: string): z.output<Schema> => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw wrong(path, z.prettifyError(result.error));
};

/** The function of an invocation URI (`arn:aws:apigateway:<region>:lambda:path/.../functions/<arn>/invocations`). */
const functionOf = (uri: string, path: string): string => {
  const arn = /^arn:[^:]+:apigateway:[^:]+:lambda:path\/2015-03-31\/functions\/(arn:[^/]+)\/invocations$/.exec(
    uri,
  )?.[1];
  if (arn === undefined) throw wrong(path, `${uri} is not the invocation URI of a function`);
  return arn;
};

const ProxyIntegration = z.strictObject({
  type: z.literal(['aws_proxy', 'AWS_PROXY']),
  httpMethod: z.literal('POST'),
  uri: z.string(),
  credentials: z.string().optional(),
  // A proxy integration passes everything through whatever this says.
  passthroughBehavior: z.string().optional(),
  timeoutInMillis: z.number().min(50).max(longestIntegrationMs).default(longestIntegrationMs),
});

const MockIntegration = z.strictObject({
  type: z.literal(['mock', 'MOCK']),
  passthroughBehavior: z.string().optional(),
  requestTemplates: z.strictObject({ 'application/json': z.string() }),
  responses: z.record(
    z.string(),
    z.strictObject({
      statusCode: z.string().regex(/^\d{3}$/),
      responseParameters: z.record(z.string(), z.string()).default({}),
      responseTemplates: z.strictObject({ 'application/json': z.string() }).optional(),
    }),
  ),
});

/** `'text'` of a parameter mapping, without its quotes. */
const literalOf = (value: string, path: string): string => {
  const text = /^'([^']*)'$/.exec(value)?.[1];
  if (text === undefined) throw wrong(path, `only a literal in single quotes is implemented, not ${value}`);
  return text;
};

const mockOf = (value: unknown, path: string): Integration => {
  const mock = parseWith(MockIntegration, value, path);
  const template = mock.requestTemplates['application/json'];
  const asked = /^\s*\{\s*"statusCode"\s*:\s*"?(\d{3})"?\s*\}\s*$/.exec(template)?.[1];
  if (asked === undefined)
    throw wrong(`${path}.requestTemplates`, `only {"statusCode": n} is implemented, not ${template}`);
  const response = mock.responses[asked] ?? mock.responses['default'];
  if (response === undefined) throw wrong(`${path}.responses`, `there is none for ${asked}, and no default`);
  const body = response.responseTemplates?.['application/json'] ?? '';
  if (/[$#]/.test(body)) throw wrong(`${path}.responses`, 'templates with variables are not implemented');
  const prefix = 'method.response.header.';
  return {
    kind: 'mock',
    status: Number(response.statusCode),
    body,
    headers: Object.entries(response.responseParameters).map(([name, text]) => {
      const at = `${path}.responses.responseParameters.${name}`;
      if (!name.startsWith(prefix)) throw wrong(at, 'only headers are implemented');
      return [name.slice(prefix.length), literalOf(text, at)];
    }),
  };
};

const integrationOf = (value: unknown, path: string): Integration => {
  const type = isObject(value) ? value['type'] : undefined;
  if (type === 'mock' || type === 'MOCK') return mockOf(value, path);
  const proxy = parseWith(ProxyIntegration, value, path);
  return {
    kind: 'function',
    functionArn: functionOf(proxy.uri, `${path}.uri`),
    roleArn: proxy.credentials,
    timeoutMs: proxy.timeoutInMillis,
  };
};

const AuthorizerExtension = z.strictObject({
  type: z.literal(['request', 'REQUEST']),
  identitySource: z.string(),
  authorizerUri: z.string(),
  authorizerCredentials: z.string().optional(),
  authorizerResultTtlInSeconds: z.number().min(0).max(3600).default(defaultTtlSeconds),
});

const identityHeader = (source: string, path: string): string => {
  const name = /^method\.request\.header\.([\w-]+)$/.exec(source.trim())?.[1];
  if (name === undefined) throw wrong(path, `only headers are implemented as identity source, not ${source}`);
  return name.toLowerCase();
};

/** What a security scheme asks of a request. */
type Scheme = { readonly kind: 'authorizer'; readonly authorizer: AuthorizerDefinition } | { readonly kind: 'api-key' };

const schemeOf = (name: string, value: unknown, path: string): Scheme => {
  const scheme = objectAt(value, path);
  const extension = 'x-amazon-apigateway-authorizer';
  checkExtensions(scheme, [extension, 'x-amazon-apigateway-authtype'], path);
  if (scheme[extension] === undefined) {
    if (scheme['type'] === 'apiKey' && scheme['name'] === 'x-api-key' && scheme['in'] === 'header')
      return { kind: 'api-key' };
    throw wrong(path, 'only request authorizers and the header x-api-key are implemented');
  }
  const at = `${path}.${extension}`;
  const authorizer = parseWith(AuthorizerExtension, scheme[extension], at);
  return {
    kind: 'authorizer',
    authorizer: {
      name,
      functionArn: functionOf(authorizer.authorizerUri, `${at}.authorizerUri`),
      roleArn: authorizer.authorizerCredentials,
      identityHeaders: authorizer.identitySource
        .split(',')
        .map((source) => identityHeader(source, `${at}.identitySource`)),
      ttlSeconds: authorizer.authorizerResultTtlInSeconds,
    },
  };
};

const Security = z.array(z.record(z.string(), z.array(z.string()))).max(1, 'alternatives are not implemented');

const securityOf = (value: unknown, schemes: ReadonlyMap<string, Scheme>, path: string) => {
  let authorizer: AuthorizerDefinition | undefined;
  let apiKeyRequired = false;
  const [requirement = {}] = parseWith(Security, value ?? [], path);
  for (const name of Object.keys(requirement)) {
    const scheme = schemes.get(name);
    if (scheme === undefined) throw wrong(`${path}.${name}`, 'there is no such security scheme');
    if (scheme.kind === 'api-key') apiKeyRequired = true;
    else if (authorizer !== undefined) throw wrong(path, 'a method has one authorizer at most');
    else authorizer = scheme.authorizer;
  }
  return { authorizer, apiKeyRequired };
};

const bodyExtensions = ['x-amazon-apigateway-api-key-source', 'x-amazon-apigateway-binary-media-types'];

/**
 * Reads the OpenAPI 3.0.1 body of a REST API: operations with their integrations, and authorizers.
 * @throws Error with the path of what is wrong or not implemented
 */
export const readApiBody = (value: unknown, where: string): ApiBody => {
  const body = objectAt(value, where);
  checkExtensions(body, bodyExtensions, where);
  if (body['openapi'] !== '3.0.1') throw wrong(`${where}.openapi`, 'API Gateway imports 3.0.1');
  const components = objectAt(body['components'] ?? {}, `${where}.components`);
  const schemes = new Map<string, Scheme>();
  for (const [name, scheme] of Object.entries(
    objectAt(components['securitySchemes'] ?? {}, `${where}.components.securitySchemes`),
  )) {
    schemes.set(name, schemeOf(name, scheme, `${where}.components.securitySchemes.${name}`));
  }
  const operations: OperationDefinition[] = [];
  for (const [path, item] of Object.entries(objectAt(body['paths'], `${where}.paths`))) {
    const at = `${where}.paths.${path}`;
    const pathItem = objectAt(item, at);
    checkExtensions(pathItem, [anyMethod], at);
    for (const key of [...methods, anyMethod]) {
      if (pathItem[key] === undefined) continue;
      const operation = objectAt(pathItem[key], `${at}.${key}`);
      const extension = 'x-amazon-apigateway-integration';
      checkExtensions(operation, [extension], `${at}.${key}`);
      operations.push({
        method: key === anyMethod ? 'ANY' : key.toUpperCase(),
        path,
        integration: integrationOf(operation[extension], `${at}.${key}.${extension}`),
        ...securityOf(operation['security'] ?? body['security'], schemes, `${at}.${key}.security`),
      });
    }
  }
  const source = body['x-amazon-apigateway-api-key-source'] ?? 'HEADER';
  return {
    operations,
    binaryMediaTypes: parseWith(z.array(z.string()), body['x-amazon-apigateway-binary-media-types'] ?? [], where),
    apiKeySource: parseWith(z.enum(['HEADER', 'AUTHORIZER']), source, `${where}.x-amazon-apigateway-api-key-source`),
  };
};
