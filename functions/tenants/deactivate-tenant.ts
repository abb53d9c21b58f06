import type { TenantStore } from './tenant-store.ts';
import { undoStep } from './undo-step.ts';

/** Undo of the last step: nothing to take back, for a tenant that became active is kept. */
export const deactivateTenant = ({ tenants }: { readonly tenants: TenantStore }) =>
  undoStep(tenants, 'activation', async () => undefined);
