import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { secretsManager } from '../../lib/runtime/clients/secrets.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { systemDb } from '../../lib/runtime/db.ts';
import { lambdaEnv, readEnv } from '../../lib/runtime/env.ts';
import { createNode, createNodeRoute } from './create-node.ts';
import { dynamoNodes } from './dynamo-node-store.ts';
import { CreateNodeEnv } from './env.ts';
import { nodeSecrets } from './node-secrets.ts';
import { addressesOf } from './resolve-host.ts';

const { STORAGE_TABLE, NODE_SECRETS } = readEnv(CreateNodeEnv);

export const handler = api(
  createNodeRoute,
  createNode({
    nodes: dynamoNodes(systemDb(dynamoDbClient(), STORAGE_TABLE)),
    secrets: nodeSecrets(secretsManager(), NODE_SECRETS),
    addressesOf,
    awsIsLocal: lambdaEnv().AWS_ENDPOINT_URL !== undefined,
    now: systemClock,
  }),
);
