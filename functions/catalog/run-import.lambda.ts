import { callFunction } from '../../lib/runtime/caller.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { lambdaClient } from '../../lib/runtime/clients/lambda.ts';
import { s3Client } from '../../lib/runtime/clients/s3.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { sharedBreaker } from '../../lib/runtime/function-breaker.ts';
import { step } from '../../lib/runtime/step.ts';
import { ApplyImport } from '../inventory/calls.ts';
import { RunImport } from './calls.ts';
import { dynamoCategoryStore } from './dynamo-category-store.ts';
import { dynamoImportStore } from './dynamo-import-store.ts';
import { dynamoProductStore } from './dynamo-product-store.ts';
import { RunImportEnv } from './env.ts';
import { categoryId } from './ids.ts';
import { runImport } from './run-import.ts';
import { s3Uploads } from './s3-uploads.ts';

const { APPLY_IMPORT_FUNCTION, CATALOG_TABLE, IMPORTS_BUCKET } = readEnv(RunImportEnv);
const client = dynamoDbClient();
const db = tenantDb(client, CATALOG_TABLE);
const breaker = sharedBreaker(client, CATALOG_TABLE);

export const handler = step(
  RunImport,
  runImport({
    imports: dynamoImportStore(db),
    products: dynamoProductStore(db),
    categories: dynamoCategoryStore(db),
    uploads: s3Uploads(s3Client(), IMPORTS_BUCKET),
    // Stock is set once per import and variant, so a second try is safe.
    applyStock: callFunction(lambdaClient(), APPLY_IMPORT_FUNCTION, ApplyImport, { breaker, retries: 2 }),
    newCategoryId: categoryId.random,
    now: systemClock,
  }),
);
