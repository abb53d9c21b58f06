import type { App } from 'aws-cdk-lib/core';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { acceptInvitationRoute } from '../functions/accounts/accept-invitation.ts';
import { createAddressRoute } from '../functions/accounts/create-address.ts';
import { createSessionRoute } from '../functions/accounts/create-session.ts';
import { createStaffSessionRoute } from '../functions/accounts/create-staff-session.ts';
import { deleteAddressRoute } from '../functions/accounts/delete-address.ts';
import { endAllSessionsRoute } from '../functions/accounts/end-all-sessions.ts';
import { endAllStaffSessionsRoute } from '../functions/accounts/end-all-staff-sessions.ts';
import { endSessionRoute } from '../functions/accounts/end-session.ts';
import { endStaffSessionRoute } from '../functions/accounts/end-staff-session.ts';
import { AccountsTableEnv, KeysEnv, NoEnv, SessionEnv, TableAndKeysEnv } from '../functions/accounts/env.ts';
import { getJwksRoute } from '../functions/accounts/get-jwks.ts';
import { getMeRoute } from '../functions/accounts/get-me.ts';
import { listAddressesRoute } from '../functions/accounts/list-addresses.ts';
import { listRolesRoute } from '../functions/accounts/list-roles.ts';
import { listStaffRoute } from '../functions/accounts/list-staff.ts';
import { refreshSessionRoute } from '../functions/accounts/refresh-session.ts';
import { refreshStaffSessionRoute } from '../functions/accounts/refresh-staff-session.ts';
import { registerCustomerRoute } from '../functions/accounts/register-customer.ts';
import { updateAddressRoute } from '../functions/accounts/update-address.ts';
import { updateMeRoute } from '../functions/accounts/update-me.ts';
import type { StageConfig } from '../lib/config.ts';
import { allOf, readsSecret, rotatesSecret, setting, systemItems, writes } from '../lib/constructs/bind.ts';
import { DomainApi } from '../lib/constructs/domain-api.ts';
import { DomainStack } from '../lib/constructs/domain-stack.ts';
import { ScheduledFunction } from '../lib/constructs/scheduled-function.ts';
import { ServiceFunction } from '../lib/constructs/service-function.ts';
import { ServiceTable } from '../lib/constructs/service-table.ts';

type Operations = Parameters<typeof writes> extends [unknown, ...infer Rest] ? Rest : never;

/** Hashing a password is the work of one core; a function gets a whole one from 1769 MB on. */
const HASHING_MEMORY_MB = 1769;
/** Letters and digits: 380 bits. */
const SEED_LENGTH = 64;

/** Staff and customers, their sessions, and the keys that sign their tokens. */
export class AccountsStack extends DomainStack {
  constructor(app: App, stage: StageConfig) {
    super(app, { domain: 'accounts', stage });
    const table = new ServiceTable(this, 'Table');
    const keys = new Secret(this, 'Keys', {
      description: 'The signing keys of access tokens, and the seed of what else accounts has to prove',
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ keys: [] }),
        generateStringKey: 'seed',
        passwordLength: SEED_LENGTH,
        excludePunctuation: true,
      },
      removalPolicy: this.whenRemoved,
    });
    const ACCOUNTS_KEYS = readsSecret(keys);
    const STAGE = setting(stage.stage);

    const pascal = (name: string) => name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const onTable = (name: string, ...operations: Operations) =>
      new ServiceFunction(this, pascal(name), {
        entry: `accounts/${name}`,
        env: AccountsTableEnv,
        bind: { ACCOUNTS_TABLE: writes(table, ...operations) },
      });
    const onKeys = (name: string) =>
      new ServiceFunction(this, pascal(name), { entry: `accounts/${name}`, env: KeysEnv, bind: { ACCOUNTS_KEYS } });
    const onTableAndKeys = (name: string, ...operations: Operations) =>
      new ServiceFunction(this, pascal(name), {
        entry: `accounts/${name}`,
        env: TableAndKeysEnv,
        bind: { ACCOUNTS_TABLE: writes(table, ...operations), ACCOUNTS_KEYS },
        memoryMb: HASHING_MEMORY_MB,
      });
    /** Begins or goes on with sessions. */
    const signing = (name: string, ...operations: Operations) =>
      new ServiceFunction(this, pascal(name), {
        entry: `accounts/${name}`,
        env: SessionEnv,
        bind: { ACCOUNTS_TABLE: writes(table, ...operations), ACCOUNTS_KEYS, STAGE },
        memoryMb: HASHING_MEMORY_MB,
      });
    /** The same before anybody is known: staff log in without a credential of a shop. */
    const signingStaff = (name: string, acrossTenants: string, ...operations: Operations) =>
      new ServiceFunction(this, pascal(name), {
        entry: `accounts/${name}`,
        env: SessionEnv,
        bind: { ACCOUNTS_TABLE: writes(table, ...operations), ACCOUNTS_KEYS, STAGE },
        memoryMb: HASHING_MEMORY_MB,
        acrossTenants,
      });

    onTable('verify-session', 'get');
    onKeys('signing-keys');
    onTable('create-owner', 'put');
    new ServiceFunction(this, 'RemoveOwner', {
      entry: 'accounts/remove-owner',
      env: AccountsTableEnv,
      bind: { ACCOUNTS_TABLE: allOf(writes(table, 'get', 'put', 'delete'), systemItems(table, 'delete')) },
    });
    onTableAndKeys('owner-invitation', 'get');
    const rotate = new ServiceFunction(this, 'RotateSigningKeys', {
      entry: 'accounts/rotate-signing-keys',
      env: KeysEnv,
      bind: { ACCOUNTS_KEYS: rotatesSecret(keys) },
    });
    new ScheduledFunction(this, 'Rotation', { fn: rotate, every: 'rate(1 day)' });

    const login = ['get', 'put', 'update'] as const;
    new DomainApi(this, 'Api', {
      health: onTable('health', 'describe'),
      routes: [
        { route: registerCustomerRoute, fn: onTableAndKeys('register-customer', 'put') },
        { route: createSessionRoute, fn: signing('create-session', ...login) },
        { route: refreshSessionRoute, fn: signing('refresh-session', 'get', 'update') },
        { route: endSessionRoute, fn: onTable('end-session', 'update') },
        { route: endAllSessionsRoute, fn: onTable('end-all-sessions', 'update') },
        { route: getMeRoute, fn: onTable('get-me', 'get') },
        { route: updateMeRoute, fn: onTable('update-me', 'get', 'put') },
        { route: listAddressesRoute, fn: onTable('list-addresses', 'get') },
        { route: createAddressRoute, fn: onTable('create-address', 'get', 'put') },
        { route: updateAddressRoute, fn: onTable('update-address', 'get', 'put') },
        { route: deleteAddressRoute, fn: onTable('delete-address', 'get', 'put') },
        {
          route: createStaffSessionRoute,
          fn: signingStaff(
            'create-staff-session',
            'It looks for the shops in which somebody works.',
            ...login,
            'query',
          ),
        },
        {
          route: refreshStaffSessionRoute,
          fn: signingStaff('refresh-staff-session', 'The refresh token names the shop.', 'get', 'update'),
        },
        { route: endStaffSessionRoute, fn: onTable('end-staff-session', 'update') },
        { route: endAllStaffSessionsRoute, fn: onTable('end-all-staff-sessions', 'update') },
        {
          route: acceptInvitationRoute,
          fn: new ServiceFunction(this, 'AcceptInvitation', {
            entry: 'accounts/accept-invitation',
            env: TableAndKeysEnv,
            bind: { ACCOUNTS_TABLE: writes(table, ...login, 'query'), ACCOUNTS_KEYS },
            memoryMb: HASHING_MEMORY_MB,
            acrossTenants: 'The invitation names the shop; who accepts it has no credential yet.',
          }),
        },
        { route: listStaffRoute, fn: onTable('list-staff', 'query', 'batchGet') },
        {
          route: listRolesRoute,
          fn: new ServiceFunction(this, 'ListRoles', { entry: 'accounts/list-roles', env: NoEnv, bind: {} }),
        },
        { route: getJwksRoute, fn: onKeys('get-jwks') },
      ],
    });
  }
}
