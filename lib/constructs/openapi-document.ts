import * as z from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import {
  type ErrorDefinition,
  forbidden,
  idempotencyKeyReused,
  internalError,
  invalidRequest,
  notFound,
  payloadTooLarge,
  preconditionRequired,
  requestInFlight,
  temporarilyUnavailable,
  tenantSuspended,
  unauthorized,
  unsupportedMediaType,
  versionMismatch,
} from '../runtime/errors.ts';
import type { RouteDefinition } from '../runtime/route.ts';
import { quotaExceeded, tooManyRequests } from './gateway-responses.ts';
import { operationId } from './openapi.ts';

/** An error document (RFC 9457). Some codes add members of their own. */
const Problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'Stable: decide by this one' }),
    detail: z.string().meta({ description: 'For people: what to do next' }),
    requestId: z.string(),
    errors: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });

/** The codes that a route answers with: its own and those of what it declares. */
const errorsOf = (route: RouteDefinition): readonly ErrorDefinition[] => [
  invalidRequest,
  ...(route.callers === 'public' ? [] : [unauthorized, forbidden, tooManyRequests, quotaExceeded]),
  ...(route.callers === 'public' || route.whenSuspended === 'allowed' ? [] : [tenantSuspended]),
  ...(route.params === undefined ? [] : [notFound]),
  ...(route.body === undefined ? [] : [payloadTooLarge, unsupportedMediaType]),
  ...(route.idempotency === undefined ? [] : [requestInFlight, idempotencyKeyReused]),
  ...(route.ifMatch === undefined ? [] : [versionMismatch]),
  ...(route.ifMatch === 'required' ? [preconditionRequired] : []),
  ...(route.errors ?? []),
  internalError,
  temporarilyUnavailable,
];

const problemResponses = (route: RouteDefinition): ZodOpenApiResponsesObject => {
  const byStatus = Map.groupBy(errorsOf(route), ({ status }) => status);
  const responses: ZodOpenApiResponsesObject = {};
  for (const [status, errors] of [...byStatus].sort(([one], [other]) => one - other)) {
    responses[`${status}` as `${1 | 2 | 3 | 4 | 5}${string}`] = {
      description: [...new Set(errors.map(({ code, title }) => `\`${code}\`: ${title}`))].join('\n\n'),
      content: { 'application/problem+json': { schema: Problem } },
    };
  }
  return responses;
};

const headersOf = (route: RouteDefinition) => {
  const headers: Record<string, z.ZodType> = {};
  if (route.idempotency !== undefined) {
    const key = z.string().regex(/^[\x21-\x7e]{1,128}$/);
    headers['Idempotency-Key'] = route.idempotency === 'required' ? key : key.optional();
  }
  // Required of staff and secret keys only, which a document cannot say.
  if (route.ifMatch !== undefined) headers['If-Match'] = z.string().optional();
  return Object.keys(headers).length === 0 ? undefined : z.object(headers);
};

/** @throws when a route's parameters or query are no object schema: then they cannot be documented one by one */
const objectOf = (route: RouteDefinition, what: 'params' | 'query'): z.ZodObject | undefined => {
  const schema = route[what];
  if (schema === undefined || schema instanceof z.ZodObject) return schema;
  throw new Error(`${route.method} ${route.path}: ${what} must be an object schema`);
};

const securityOf = ({ callers }: RouteDefinition) =>
  callers === 'public' ? { security: [] } : { security: [{ bearer: [] }] };

const whoMay = ({ callers, permission }: RouteDefinition): string => {
  if (callers === 'public') return 'For everybody, without a credential.';
  const kinds = callers.includes('publishable') ? [...new Set([...callers, 'customer'])] : callers;
  return `For: ${kinds.join(', ')}.${permission === undefined ? '' : ` Staff and secret keys need \`${permission}\`.`}`;
};

const operation = (route: RouteDefinition): ZodOpenApiOperationObject => {
  const path = objectOf(route, 'params');
  const query = objectOf(route, 'query');
  const header = headersOf(route);
  return {
    operationId: operationId(route),
    summary: route.summary,
    description: whoMay(route),
    ...securityOf(route),
    requestParams: {
      ...(path === undefined ? {} : { path }),
      ...(query === undefined ? {} : { query }),
      ...(header === undefined ? {} : { header }),
    },
    ...(route.body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } }),
    responses: {
      [`${route.status}`]: {
        description: route.summary,
        ...(route.response === undefined ? {} : { content: { 'application/json': { schema: route.response } } }),
      },
      ...problemResponses(route),
    },
  };
};

/** The full OpenAPI 3.1 document of a domain: what its functions check, from the same definitions. */
export const openApiDocument = (domain: string, routes: readonly RouteDefinition[]) => {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: { title: `Cartwright ${domain}`, version: '1' },
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'A publishable, secret or operator key, or an access token',
        },
      },
    },
  });
};
