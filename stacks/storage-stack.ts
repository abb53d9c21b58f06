import type { App } from 'aws-cdk-lib/core';
import { StorageEnv } from '../functions/storage/env.ts';
import { DUE, MOVES, PUBLIC } from '../functions/storage/keys.ts';
import type { StageConfig } from '../lib/config.ts';
import { reads } from '../lib/constructs/bind.ts';
import { DomainApi } from '../lib/constructs/domain-api.ts';
import { DomainStack } from '../lib/constructs/domain-stack.ts';
import { ServiceTable } from '../lib/constructs/service-table.ts';
import { drainFunctions } from './storage/drain-functions.ts';
import { fileFunctions } from './storage/file-functions.ts';
import { nodeFunctions } from './storage/node-functions.ts';
import { spaceFunctions } from './storage/space-functions.ts';
import { storageScope } from './storage/storage-scope.ts';

/** Tenants' files over many S3-compatible stores. Its parts are in `stacks/storage/`. */
export class StorageStack extends DomainStack {
  constructor(app: App, stage: StageConfig) {
    super(app, { domain: 'storage', stage });
    const table = new ServiceTable(this, 'Table', {
      systemIndexes: [DUE, PUBLIC, MOVES].map((index) => ({ ...index, projection: 'KEYS_ONLY' as const })),
    });
    const scope = storageScope(this, table);
    new DomainApi(this, 'Api', {
      health: scope.fn('health', { env: StorageEnv, bind: { STORAGE_TABLE: reads(table, 'describe') } }),
      routes: [...fileFunctions(scope), ...spaceFunctions(scope), ...nodeFunctions(scope), ...drainFunctions(scope)],
    });
  }
}
