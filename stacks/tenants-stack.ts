import type { App } from 'aws-cdk-lib/core';
import { OwnerInvitation } from '../functions/accounts/calls.ts';
import { OrderConfirmed } from '../functions/orders/events.ts';
import { createKeyRoute } from '../functions/tenants/create-key.ts';
import { createTenantKeyRoute } from '../functions/tenants/create-tenant-key.ts';
import { createTenantRoute } from '../functions/tenants/create-tenant.ts';
import { CreateTenantEnv, GetTenantEnv, NoEnv, TenantsTableEnv } from '../functions/tenants/env.ts';
import { getCurrentTenantRoute } from '../functions/tenants/get-current-tenant.ts';
import { getTenantRoute } from '../functions/tenants/get-tenant.ts';
import { getUsageRoute } from '../functions/tenants/get-usage.ts';
import { listKeysRoute } from '../functions/tenants/list-keys.ts';
import { listPlansRoute } from '../functions/tenants/list-plans.ts';
import { listTenantsRoute } from '../functions/tenants/list-tenants.ts';
import { resumeTenantRoute } from '../functions/tenants/resume-tenant.ts';
import { revokeKeyRoute } from '../functions/tenants/revoke-key.ts';
import { rotateKeyRoute } from '../functions/tenants/rotate-key.ts';
import { suspendTenantRoute } from '../functions/tenants/suspend-tenant.ts';
import { DUE_INDEX } from '../functions/tenants/tenant-keys.ts';
import { updateCurrentTenantRoute } from '../functions/tenants/update-current-tenant.ts';
import { updateTenantRoute } from '../functions/tenants/update-tenant.ts';
import type { StageConfig } from '../lib/config.ts';
import {
  allOf,
  type Binding,
  circuits,
  invokes,
  machineRef,
  reads,
  starts,
  systemItems,
  writes,
} from '../lib/constructs/bind.ts';
import { circuitAlarm } from '../lib/constructs/circuit-alarm.ts';
import { DomainApi } from '../lib/constructs/domain-api.ts';
import { DomainStack } from '../lib/constructs/domain-stack.ts';
import { EventPublisher } from '../lib/constructs/event-publisher.ts';
import { EVENTS_OF_MANY, Inbox } from '../lib/constructs/inbox.ts';
import { ServiceFunction } from '../lib/constructs/service-function.ts';
import { ServiceTable } from '../lib/constructs/service-table.ts';
import { addOnboarding } from './onboarding-workflow.ts';

type Operations = Parameters<typeof writes> extends [unknown, ...infer Rest] ? Rest : never;

/** Records of tenants that were active once: not each order's usage. */
const PUBLISHED = {
  dynamodb: { NewImage: { slug: { S: [{ exists: true }] }, version: { N: [{ 'anything-but': ['0'] }] } } },
};

const OPERATORS = 'Operators work on any tenant.';
const WHOSE = 'The authorizer asks whose a credential is before the tenant is known.';

/** Tenants, their API keys, plans and usage, and the workflow that onboards them. */
export class TenantsStack extends DomainStack {
  constructor(app: App, stage: StageConfig) {
    super(app, { domain: 'tenants', stage });
    const table = new ServiceTable(this, 'Table', {
      systemIndexes: [{ ...DUE_INDEX, projection: 'KEYS_ONLY' }],
      stream: true,
    });
    circuitAlarm(this);
    const pascal = (name: string) => name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
    /** A function that needs the table and nothing else; `acrossTenants` says why it stands outside the second wall. */
    const bound = (name: string, TENANTS_TABLE: Binding, acrossTenants?: string) =>
      new ServiceFunction(this, pascal(name), {
        entry: `tenants/${name}`,
        env: TenantsTableEnv,
        bind: { TENANTS_TABLE },
        ...(acrossTenants === undefined ? {} : { acrossTenants }),
      });
    const onTable = (name: string, ...operations: Operations) => bound(name, writes(table, ...operations));
    const acrossTenants = (why: string, name: string, ...operations: Operations) =>
      bound(name, writes(table, ...operations), why);

    const ONBOARDING_MACHINE = starts(machineRef('tenants', 'onboarding'));
    const record = writes(table, 'get', 'put');
    addOnboarding(this, table);
    acrossTenants(WHOSE, 'verify-key', 'get');
    acrossTenants(WHOSE, 'resolve-tenant', 'get');
    new EventPublisher(this, 'Publisher', { table, entry: 'tenants/publish', only: PUBLISHED });
    new Inbox(this, 'Events', {
      events: [OrderConfirmed],
      fn: acrossTenants(EVENTS_OF_MANY, 'inbox', 'update'),
      gatherSeconds: 2,
    });

    new DomainApi(this, 'Api', {
      health: onTable('health', 'describe'),
      routes: [
        {
          route: createTenantRoute,
          fn: new ServiceFunction(this, 'CreateTenant', {
            entry: 'tenants/create-tenant',
            env: CreateTenantEnv,
            bind: { TENANTS_TABLE: record, ONBOARDING_MACHINE },
            acrossTenants: OPERATORS,
          }),
        },
        { route: listTenantsRoute, fn: acrossTenants(OPERATORS, 'list-tenants', 'query', 'get') },
        {
          route: getTenantRoute,
          fn: new ServiceFunction(this, 'GetTenant', {
            entry: 'tenants/get-tenant',
            env: GetTenantEnv,
            bind: {
              TENANTS_TABLE: allOf(reads(table, 'get'), circuits(table)),
              OWNER_INVITATION_FUNCTION: invokes(OwnerInvitation),
            },
            acrossTenants: OPERATORS,
          }),
        },
        { route: updateTenantRoute, fn: acrossTenants(OPERATORS, 'update-tenant', 'get', 'put') },
        { route: suspendTenantRoute, fn: acrossTenants(OPERATORS, 'suspend-tenant', 'get', 'put') },
        { route: resumeTenantRoute, fn: acrossTenants(OPERATORS, 'resume-tenant', 'get', 'put') },
        { route: createTenantKeyRoute, fn: acrossTenants(OPERATORS, 'create-tenant-key', 'get', 'put', 'delete') },
        {
          route: listPlansRoute,
          fn: new ServiceFunction(this, 'ListPlans', { entry: 'tenants/list-plans', env: NoEnv, bind: {} }),
        },
        { route: getCurrentTenantRoute, fn: onTable('get-current-tenant', 'get') },
        { route: updateCurrentTenantRoute, fn: onTable('update-current-tenant', 'get', 'put') },
        { route: getUsageRoute, fn: onTable('get-usage', 'query') },
        { route: listKeysRoute, fn: onTable('list-keys', 'query') },
        {
          route: createKeyRoute,
          fn: bound('create-key', allOf(writes(table, 'put'), systemItems(table, 'put', 'delete'))),
        },
        {
          route: rotateKeyRoute,
          fn: bound(
            'rotate-key',
            allOf(writes(table, 'get', 'put', 'update'), systemItems(table, 'put', 'update', 'delete')),
          ),
        },
        {
          route: revokeKeyRoute,
          fn: bound('revoke-key', allOf(writes(table, 'get', 'delete'), systemItems(table, 'delete'))),
        },
      ],
    });
  }
}
