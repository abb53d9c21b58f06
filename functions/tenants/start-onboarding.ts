import type { StepFunctions } from '../../lib/runtime/clients/sfn.ts';
import { startOnce } from '../../lib/runtime/saga-client.ts';
import type { TenantRecord } from './model.ts';
import { executionName } from './onboarding.ts';

/** Starts the onboarding workflow of a tenant, once per attempt. Its input has ids only. */
export const startOnboarding =
  (client: StepFunctions, machineArn: string) =>
  ({ tenantId, traceId, attempt }: TenantRecord): Promise<void> =>
    startOnce(client, machineArn, executionName({ tenantId, attempt }), { tenant: tenantId, traceId, input: {} });
