import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { s3Client } from '../../lib/runtime/clients/s3.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { step } from '../../lib/runtime/step.ts';
import { CheckImport } from './calls.ts';
import { checkImport } from './check-import.ts';
import { dynamoImportStore } from './dynamo-import-store.ts';
import { ImportFilesEnv } from './env.ts';
import { s3Uploads } from './s3-uploads.ts';

const { CATALOG_TABLE, IMPORTS_BUCKET } = readEnv(ImportFilesEnv);
const imports = dynamoImportStore(tenantDb(dynamoDbClient(), CATALOG_TABLE));
const uploads = s3Uploads(s3Client(), IMPORTS_BUCKET);

export const handler = step(CheckImport, checkImport({ imports, uploads, now: systemClock }));
