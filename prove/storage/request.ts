import { sha256Hex } from '../../lib/runtime/ids.ts';
import type { RequestOf, RouteDefinition } from '../../lib/runtime/route.ts';
import type { Caller, TenantId } from '../../lib/runtime/tenant.ts';

export const OPERATOR: Caller = { kind: 'operator', actorId: 'op', credentialId: 'op' };
export const shopKey = (tenant: TenantId): Caller => ({
  kind: 'secret',
  actorId: 'sk',
  credentialId: 'sk',
  tenant,
  tenantStatus: 'active',
  permissions: ['storage:read', 'storage:write'],
  settings: {
    country: 'DE',
    currencies: ['EUR'],
    locales: ['en'],
    timeZone: 'Europe/Berlin',
    taxMode: 'inclusive',
    capture: 'now',
    orderPrefix: '',
  },
});

/** What a client sends. */
export interface Sending {
  readonly caller: Caller;
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
  readonly ifMatch?: number | undefined;
  /** The Idempotency-Key. */
  readonly key: string;
}

/** A request as `api()` hands it to a use case: every part parsed by the route's own schemas. */
export const requestOf = <Route extends RouteDefinition>(route: Route, sending: Sending): RequestOf<Route> => {
  const { caller, params, query, body, ifMatch, key } = sending;
  const parsed: unknown = {
    caller,
    params: route.params?.parse(params),
    query: route.query?.parse(query ?? {}),
    body: route.body?.parse(body),
    idempotency:
      route.idempotency === undefined
        ? undefined
        : {
            key,
            scope: sha256Hex(route.path, key),
            requestHash: sha256Hex(JSON.stringify([params ?? null, body ?? null])),
          },
    ifMatch,
    guestToken: undefined,
    traceId: '1-65f0a000-000000000000000000000001',
    requestId: 'request',
    sourceIp: '127.0.0.1',
  };
  return trust<RequestOf<Route>>(parsed);
};
/** Built above from the route's own schemas; the conditional types cannot follow. */
const trust = <Request>(request: unknown): Request => request as Request;
