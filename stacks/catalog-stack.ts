import type { App } from 'aws-cdk-lib/core';
import { CatalogEnv, ImportFilesEnv, ProductMediaEnv, RunImportEnv, StartImportEnv } from '../functions/catalog/env.ts';
import { ApplyImport } from '../functions/inventory/calls.ts';
import { DescribeFiles } from '../functions/storage/calls.ts';
import type { StageConfig } from '../lib/config.ts';
import {
  allOf,
  circuits,
  getsObjects,
  invokes,
  machineRef,
  putsObjects,
  starts,
  writes,
  type WriteOperation,
} from '../lib/constructs/bind.ts';
import { circuitAlarm } from '../lib/constructs/circuit-alarm.ts';
import { DomainApi } from '../lib/constructs/domain-api.ts';
import { DomainStack } from '../lib/constructs/domain-stack.ts';
import { EventPublisher } from '../lib/constructs/event-publisher.ts';
import { systemBucket } from '../lib/constructs/platform.ts';
import { ServiceFunction } from '../lib/constructs/service-function.ts';
import { ServiceTable } from '../lib/constructs/service-table.ts';
import { catalogRoutes } from './catalog-routes.ts';
import { IMPORT_MACHINE_NAME, ImportWorkflow } from './import-workflow.ts';

/** Where the files of imports are in the system's bucket. */
const IMPORTS = 'imports/';

export type TableOperations = readonly [WriteOperation, ...WriteOperation[]];

/** What the shops sell: products with variants and prices, categories, and their import from files. */
export class CatalogStack extends DomainStack {
  constructor(app: App, stage: StageConfig) {
    super(app, { domain: 'catalog', stage });
    const table = new ServiceTable(this, 'Table', { indexes: 2, stream: true });
    circuitAlarm(this);
    const onTable = (id: string, name: string, ...operations: TableOperations) =>
      new ServiceFunction(this, id, {
        entry: `catalog/${name}`,
        env: CatalogEnv,
        bind: { CATALOG_TABLE: writes(table, ...operations) },
      });

    const withFiles = (id: string, name: string, ...operations: TableOperations) =>
      new ServiceFunction(this, id, {
        entry: `catalog/${name}`,
        env: ProductMediaEnv,
        bind: {
          CATALOG_TABLE: allOf(writes(table, ...operations), circuits(table)),
          DESCRIBE_FILES_FUNCTION: invokes(DescribeFiles),
        },
      });

    // Of a product's write with its claims and list entries, one item means events.
    const only = { dynamodb: { NewImage: { sk: { S: ['product'] } } } };
    new EventPublisher(this, 'Publisher', { table, entry: 'catalog/publish', only });

    const readsFiles = getsObjects(systemBucket, IMPORTS);
    const createImport = new ServiceFunction(this, 'CreateImport', {
      entry: 'catalog/create-import',
      env: ImportFilesEnv,
      bind: { CATALOG_TABLE: writes(table, 'get', 'put'), IMPORTS_BUCKET: putsObjects(systemBucket, IMPORTS) },
    });
    const startImport = new ServiceFunction(this, 'StartImport', {
      entry: 'catalog/start-import',
      env: StartImportEnv,
      bind: {
        CATALOG_TABLE: writes(table, 'get', 'put'),
        IMPORTS_BUCKET: readsFiles,
        IMPORT_MACHINE: starts(machineRef('catalog', IMPORT_MACHINE_NAME)),
      },
    });
    new ServiceFunction(this, 'CheckImport', {
      entry: 'catalog/check-import',
      env: ImportFilesEnv,
      bind: { CATALOG_TABLE: writes(table, 'get', 'put'), IMPORTS_BUCKET: readsFiles },
      timeoutSeconds: 300,
      memoryMb: 1024,
    });
    new ServiceFunction(this, 'RunImport', {
      entry: 'catalog/run-import',
      env: RunImportEnv,
      bind: {
        CATALOG_TABLE: allOf(writes(table, 'get', 'batchGet', 'put', 'delete', 'check'), circuits(table)),
        IMPORTS_BUCKET: readsFiles,
        APPLY_IMPORT_FUNCTION: invokes(ApplyImport),
      },
      timeoutSeconds: 60,
      memoryMb: 1024,
    });
    onTable('FailImport', 'fail-import', 'get', 'put');
    new ImportWorkflow(this, 'Import');

    new DomainApi(this, 'Api', {
      health: onTable('Health', 'health', 'describe'),
      routes: catalogRoutes(onTable, { createImport, startImport }, withFiles),
    });
  }
}
