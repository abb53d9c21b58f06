import { AsyncLocalStorage } from 'node:async_hooks';
import type { TenantId } from './tenant.ts';

/** Made at init, and only in functions that reach their table by tenants' sessions; the others pay nothing. */
let acting: AsyncLocalStorage<TenantId> | undefined;

/**
 * Who is acted for: the tenant of the verified caller, or of the call's envelope, as the way in (`api`, `step`) has found
 * it before any code of the domain ran. Undefined where nobody is: a public route, an operator.
 */
export const watchActingTenant = (): (() => TenantId | undefined) => {
  const storage = (acting ??= new AsyncLocalStorage<TenantId>());
  return () => storage.getStore();
};

/** Runs the work of one invocation for this tenant. */
export const actingFor = <Result>(tenant: TenantId | undefined, work: () => Promise<Result>): Promise<Result> =>
  acting === undefined || tenant === undefined ? work() : acting.run(tenant, work);
