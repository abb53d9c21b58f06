import type * as z from 'zod';
import type { ErrorDefinition } from './errors.ts';
import type { Permission } from './permissions.ts';
import type { Caller } from './tenant.ts';

/**
 * Who may call a route. `publishable` includes a logged-in customer: a token says more than the key it was got with.
 * `customer` alone is a customer's own resource. `staff` and `secret` need the route's permission.
 */
export type CallerKind = Caller['kind'];

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * A route, declared once: the OpenAPI documents, the API Gateway body, validation and the checks of `api()` all read it.
 * It lives beside its use case and imports neither AWS nor the environment.
 */
export interface RouteDefinition {
  readonly method: Method;
  /** Full path with `{name}` parameters: `/v1/catalog/products/{productId}`. */
  readonly path: `/v1/${string}`;
  /** One line, imperative, without a full stop. */
  readonly summary: string;
  /** `public`: no credential (an explicit, tested list of routes); else the kinds of caller that are let in. */
  readonly callers: 'public' | readonly CallerKind[];
  /** Needed by staff and secret keys. */
  readonly permission?: Permission;
  /** `required`: the route creates or does something that must not happen twice. */
  readonly idempotency?: 'required' | 'optional';
  /** `required`: staff and secret keys must send If-Match (428 without); others may. */
  readonly ifMatch?: 'required' | 'optional';
  /** Suspended tenants: writes and storefront reads are refused unless `allowed`. */
  readonly whenSuspended?: 'allowed';
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** JSON bytes; 64 KiB unless said. */
  readonly maxBodyBytes?: number;
  /** Absent for 204. */
  readonly response?: z.ZodType;
  readonly status: 200 | 201 | 202 | 204 | 302;
  /** The codes beyond those of every route. */
  readonly errors?: readonly ErrorDefinition[];
}

type OutputOf<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type CallerOf<Route extends RouteDefinition> = Route['callers'] extends 'public'
  ? undefined
  : Route['callers'] extends readonly (infer Kind)[]
    ? Extract<Caller, { kind: Kind | ('publishable' extends Kind ? 'customer' : never) }>
    : never;

/** The `Idempotency-Key` of a request with the hash of what was asked. */
export interface Idempotency {
  readonly key: string;
  /** Hash of credential, route and key: derive the id of what is created from it (with the tenant). */
  readonly scope: string;
  /** Hash of path and body: kept in the item; a replay with another one is 422. */
  readonly requestHash: string;
}

/** A parsed request, as a use case gets it. */
export interface RequestOf<Route extends RouteDefinition> {
  readonly caller: CallerOf<Route>;
  readonly params: OutputOf<Route['params']>;
  readonly query: OutputOf<Route['query']>;
  readonly body: OutputOf<Route['body']>;
  /** Present when the route requires it, or when the client sent one. */
  readonly idempotency: Route['idempotency'] extends 'required' ? Idempotency : Idempotency | undefined;
  /** The version of If-Match, if there was one. */
  readonly ifMatch: number | undefined;
  /** Header `Cart-Token` or `Order-Token`: a guest's proof. */
  readonly guestToken: string | undefined;
  readonly traceId: string;
  readonly requestId: string;
  readonly sourceIp: string;
}

/** What a use case answers with. The body is checked against the route's response schema on the way out. */
export interface Answer<Body> {
  readonly body: Body;
  /** When it differs from the route's (e.g. 202 instead of 201). */
  readonly status?: number;
  /** The resource's version: sent as ETag. */
  readonly version?: number;
  /** Path of what was created: sent as Location. */
  readonly location?: string;
  /** True when this is an earlier request's answer. */
  readonly replayed?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

export type AnswerOf<Route extends RouteDefinition> = Answer<
  Route['response'] extends z.ZodType ? z.input<Route['response']> : undefined
>;

/** A use case behind a route. */
export type UseCase<Route extends RouteDefinition> = (request: RequestOf<Route>) => Promise<AnswerOf<Route>>;

/** Keeps the literal types of a route. */
export const defineRoute = <const Route extends RouteDefinition>(route: Route): Route => route;
