import { api } from '../../lib/runtime/api.ts';
import { callFunction } from '../../lib/runtime/caller.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { lambdaClient } from '../../lib/runtime/clients/lambda.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { sharedBreaker } from '../../lib/runtime/function-breaker.ts';
import { DescribeFiles } from '../storage/calls.ts';
import { createProduct, createProductRoute } from './create-product.ts';
import { dynamoProductStore } from './dynamo-product-store.ts';
import { ProductMediaEnv } from './env.ts';

const { CATALOG_TABLE, DESCRIBE_FILES_FUNCTION } = readEnv(ProductMediaEnv);
const client = dynamoDbClient();
const products = dynamoProductStore(tenantDb(client, CATALOG_TABLE));
const breaker = sharedBreaker(client, CATALOG_TABLE);
const askFiles = callFunction(lambdaClient(), DESCRIBE_FILES_FUNCTION, DescribeFiles, { breaker, retries: 1 });

export const handler = api(createProductRoute, createProduct({ products, askFiles, now: systemClock }));
