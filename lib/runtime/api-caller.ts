import type { APIGatewayProxyEvent } from 'aws-lambda';
import { forbidden, tenantSuspended, unauthorized } from './errors.ts';
import type { RouteDefinition } from './route.ts';
import { AuthorizerContext, Caller } from './tenant.ts';

const parsedCallers = new Map<string, Caller>();
const MAX_PARSED = 1000;

/**
 * The verified caller that the authorizer put into the request's context. The same text means the same caller, so
 * what was parsed is kept (bounded) and not parsed again on each request.
 */
export const callerOf = (event: APIGatewayProxyEvent): Caller => {
  const context = AuthorizerContext.safeParse(event.requestContext.authorizer);
  if (!context.success) throw unauthorized('Send a credential in the header Authorization: Bearer <key or token>.');
  const known = parsedCallers.get(context.data.caller);
  if (known !== undefined) return known;
  const caller = Caller.parse(JSON.parse(context.data.caller));
  if (parsedCallers.size >= MAX_PARSED) parsedCallers.clear();
  parsedCallers.set(context.data.caller, caller);
  return caller;
};

/**
 * Is this kind of caller, with these permissions, let in, and is its tenant active?
 * @throws forbidden or tenant_suspended (403)
 */
export const authorize = (route: RouteDefinition, caller: Caller): void => {
  if (route.callers === 'public') return;
  const allowed =
    route.callers.includes(caller.kind) || (caller.kind === 'customer' && route.callers.includes('publishable'));
  if (!allowed) {
    throw forbidden(`This route is for ${route.callers.join(', ')} credentials; yours is of the kind ${caller.kind}.`);
  }
  if ((caller.kind === 'staff' || caller.kind === 'secret') && route.permission !== undefined) {
    if (!caller.permissions.includes(route.permission)) {
      throw forbidden(`This needs the permission ${route.permission}. Ask an owner of the shop to grant it.`);
    }
  }
  if (caller.kind === 'operator' || caller.tenantStatus === 'active' || route.whenSuspended === 'allowed') return;
  const storefront = caller.kind === 'publishable' || caller.kind === 'customer';
  if (route.method !== 'GET' || storefront) {
    throw tenantSuspended(
      'This shop is suspended: it can be read by its staff, but takes no changes and serves no shoppers.',
    );
  }
};
