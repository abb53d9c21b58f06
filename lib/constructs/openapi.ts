import type { RouteDefinition } from '../runtime/route.ts';

/** A route with the function that serves it, as the gateway's body needs them. */
export interface ServedRoute {
  readonly route: Pick<RouteDefinition, 'method' | 'path' | 'summary' | 'callers'>;
  readonly uri: string;
}

export interface GatewayBodyOptions {
  readonly title: string;
  readonly routes: readonly ServedRoute[];
  /** Role with which API Gateway invokes the functions and the authorizer. */
  readonly credentials: string;
  readonly authorizerUri: string;
}

/** Seconds that API Gateway keeps an authorizer's answer: the documented delay of a revocation. */
const AUTHORIZER_TTL = 60;
/** REST APIs end an integration after 29 s. */
const INTEGRATION_TIMEOUT_MS = 29_000;

const ALLOWED_HEADERS =
  'Authorization,Content-Type,Idempotency-Key,If-Match,If-None-Match,Cart-Token,Order-Token,X-Amzn-Trace-Id';
const PREFLIGHT_MAX_AGE = 7200;

const pathParameters = (path: string) =>
  [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));

/** An operation's id: `getCatalogProductsProductId`. */
export const operationId = ({ method, path }: Pick<RouteDefinition, 'method' | 'path'>): string =>
  method.toLowerCase() +
  path
    .slice('/v1/'.length)
    .split(/[^A-Za-z0-9]+/)
    .filter((part) => part !== '')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');

/**
 * Usage plans count by the key that the authorizer names. An operator belongs to no tenant and has none, so routes that
 * an operator may call cannot ask for one.
 */
const securityOf = (callers: RouteDefinition['callers']) => {
  if (callers === 'public') return {};
  return { security: [callers.includes('operator') ? { credential: [] } : { credential: [], api_key: [] }] };
};

const operation = ({ route, uri }: ServedRoute, credentials: string) => {
  const parameters = pathParameters(route.path);
  return {
    operationId: operationId(route),
    ...(parameters.length === 0 ? {} : { parameters }),
    responses: { default: { description: route.summary } },
    ...securityOf(route.callers),
    'x-amazon-apigateway-integration': {
      type: 'aws_proxy',
      httpMethod: 'POST',
      uri,
      credentials,
      passthroughBehavior: 'when_no_match',
      timeoutInMillis: INTEGRATION_TIMEOUT_MS,
    },
  };
};

/** Answers a browser's preflight without a function. */
const preflight = (path: string, methods: readonly string[]) => {
  const headers = {
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': [...methods, 'OPTIONS'].join(','),
    'Access-Control-Allow-Headers': ALLOWED_HEADERS,
    'Access-Control-Max-Age': String(PREFLIGHT_MAX_AGE),
  };
  const names = Object.keys(headers);
  const parameters = pathParameters(path);
  return {
    ...(parameters.length === 0 ? {} : { parameters }),
    responses: {
      '204': {
        description: 'What a browser may send here',
        headers: Object.fromEntries(names.map((name) => [name, { schema: { type: 'string' } }])),
      },
    },
    'x-amazon-apigateway-integration': {
      type: 'mock',
      passthroughBehavior: 'when_no_match',
      requestTemplates: { 'application/json': '{"statusCode":204}' },
      responses: {
        default: {
          statusCode: '204',
          responseParameters: Object.fromEntries(
            Object.entries(headers).map(([name, value]) => [`method.response.header.${name}`, `'${value}'`]),
          ),
        },
      },
    },
  };
};

/** @throws when API Gateway could not tell two routes apart, or refuses two names of one path parameter */
const checkPaths = (routes: readonly ServedRoute[]): void => {
  const seen = new Set<string>();
  const names = new Map<string, string>();
  for (const { route } of routes) {
    const id = `${route.method} ${route.path}`;
    if (seen.has(id)) throw new Error(`Two routes are ${id}`);
    seen.add(id);
    let parent = '';
    for (const part of route.path.split('/').slice(1)) {
      const known = names.get(parent);
      if (part.startsWith('{')) {
        if (known !== undefined && known !== part) {
          throw new Error(`Below ${parent}, ${known} and ${part} name the same place: API Gateway takes one name only`);
        }
        names.set(parent, part);
      }
      parent += `/${part}`;
    }
  }
};

/**
 * The body of a REST API: OpenAPI 3.0.1 (API Gateway imports nothing newer) with routes, integrations, authorizer and
 * CORS, and without schemas, which the functions check.
 */
export const gatewayBody = ({ title, routes, credentials, authorizerUri }: GatewayBodyOptions) => {
  checkPaths(routes);
  const paths: Record<string, Record<string, object>> = {};
  for (const served of routes) {
    const { method, path } = served.route;
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(served, credentials) };
  }
  for (const [path, methods] of Object.entries(paths)) {
    methods['options'] = preflight(
      path,
      Object.keys(methods).map((method) => method.toUpperCase()),
    );
  }
  return {
    openapi: '3.0.1',
    info: { title, version: '1' },
    'x-amazon-apigateway-api-key-source': 'AUTHORIZER',
    paths,
    components: {
      securitySchemes: {
        api_key: { type: 'apiKey', name: 'x-api-key', in: 'header' },
        credential: {
          type: 'apiKey',
          name: 'Authorization',
          in: 'header',
          'x-amazon-apigateway-authtype': 'custom',
          'x-amazon-apigateway-authorizer': {
            type: 'request',
            identitySource: 'method.request.header.Authorization',
            authorizerUri,
            authorizerCredentials: credentials,
            authorizerResultTtlInSeconds: AUTHORIZER_TTL,
          },
        },
      },
    },
  };
};
