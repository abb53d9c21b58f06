import { CreateOwner, RemoveOwner } from '../functions/accounts/calls.ts';
import {
  InviteOwnerEnv,
  RemoveUsageKeyEnv,
  RepairTenantsEnv,
  TenantsTableEnv,
  UsageKeyEnv,
  WithdrawOwnerEnv,
} from '../functions/tenants/env.ts';
import { ONBOARDING, ONBOARDING_SECONDS } from '../functions/tenants/onboarding.ts';
import {
  addsUsageKeys,
  allOf,
  type Binding,
  circuits,
  invokes,
  machineRef,
  movesUsageKeys,
  removesUsageKeys,
  starts,
  systemItems,
  writes,
} from '../lib/constructs/bind.ts';
import type { DomainStack } from '../lib/constructs/domain-stack.ts';
import { Saga } from '../lib/constructs/saga.ts';
import { ScheduledFunction } from '../lib/constructs/scheduled-function.ts';
import { ServiceFunction } from '../lib/constructs/service-function.ts';
import type { ServiceTable } from '../lib/constructs/service-table.ts';

/**
 * The onboarding of tenants: a Standard workflow of steps with their undos, and a schedule that goes on with what was cut
 * short.
 */
export const addOnboarding = (stack: DomainStack, table: ServiceTable): void => {
  const record = writes(table, 'get', 'put');
  const onTable = (id: string, name: string, TENANTS_TABLE: Binding) =>
    new ServiceFunction(stack, id, { entry: `tenants/${name}`, env: TenantsTableEnv, bind: { TENANTS_TABLE } });

  onTable('ClaimSlug', 'claim-slug', allOf(record, systemItems(table, 'put')));
  onTable(
    'AbandonOnboarding',
    'abandon-onboarding',
    allOf(writes(table, 'get', 'put', 'delete'), systemItems(table, 'delete')),
  );
  new ServiceFunction(stack, 'InviteOwner', {
    entry: 'tenants/invite-owner',
    env: InviteOwnerEnv,
    bind: { TENANTS_TABLE: allOf(record, circuits(table)), CREATE_OWNER_FUNCTION: invokes(CreateOwner) },
  });
  new ServiceFunction(stack, 'WithdrawOwner', {
    entry: 'tenants/withdraw-owner',
    env: WithdrawOwnerEnv,
    bind: { TENANTS_TABLE: allOf(record, circuits(table)), REMOVE_OWNER_FUNCTION: invokes(RemoveOwner) },
  });
  new ServiceFunction(stack, 'RegisterUsageKey', {
    entry: 'tenants/register-usage-key',
    env: UsageKeyEnv,
    bind: { TENANTS_TABLE: record, USAGE_PLAN_PARAMETERS: addsUsageKeys() },
  });
  new ServiceFunction(stack, 'RemoveUsageKey', {
    entry: 'tenants/remove-usage-key',
    env: RemoveUsageKeyEnv,
    bind: { TENANTS_TABLE: record, USAGE_KEYS: removesUsageKeys() },
  });
  onTable('ActivateTenant', 'activate-tenant', writes(table, 'get', 'put', 'delete'));
  onTable('DeactivateTenant', 'deactivate-tenant', record);
  new Saga(stack, 'Onboarding', {
    name: 'onboarding',
    type: 'STANDARD',
    timeoutSeconds: ONBOARDING_SECONDS,
    steps: ONBOARDING.map(({ name, run, undo, proceedOn }) => ({
      name,
      run,
      input: {},
      timeoutSeconds: 12,
      retry: { attempts: 2, intervalSeconds: 1 },
      proceedOn,
      undo: { call: undo, input: {}, timeoutSeconds: 12 },
    })),
  });
  const repair = new ServiceFunction(stack, 'RepairTenants', {
    entry: 'tenants/repair-tenants',
    env: RepairTenantsEnv,
    bind: {
      TENANTS_TABLE: writes(table, 'get', 'put', 'query:due'),
      ONBOARDING_MACHINE: starts(machineRef('tenants', 'onboarding')),
      USAGE_PLAN_PARAMETERS: movesUsageKeys(),
    },
    timeoutSeconds: 50,
    acrossTenants: 'It repairs any tenant that is due in a system index.',
  });
  new ScheduledFunction(stack, 'Repair', { fn: repair, every: 'rate(1 minute)' });
};
