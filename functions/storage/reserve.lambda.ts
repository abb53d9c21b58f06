import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { step } from '../../lib/runtime/step.ts';
import { bucketOf } from './buckets.ts';
import { Reserve } from './calls.ts';
import { dynamoQuotas } from './dynamo-quotas.ts';
import { dynamoSpace } from './dynamo-space-store.ts';
import { BucketsEnv } from './env.ts';

import { Upload } from './model.ts';
import { placementId } from './ids.ts';
import { uploadKey } from './keys.ts';
import { nodeChoice } from './node-choice.ts';
import { reserve } from './reserve.ts';

const { STORAGE_TABLE, STORAGE_STAGE } = readEnv(BucketsEnv);
const client = dynamoDbClient();
const open = tenantDb(client, STORAGE_TABLE);
const space = dynamoSpace({ client, table: STORAGE_TABLE, random: Math.random });

export const handler = step(
  Reserve,
  reserve({
    space,
    choice: nodeChoice({ space, now: systemClock, random: Math.random }),
    quotas: (tenant) => dynamoQuotas(open(tenant)),
    upload: async (tenant, id) => {
      const item = await open(tenant).get(uploadKey(id), { consistent: true });
      return item === undefined ? undefined : Upload.parse(item);
    },
    bucketOf: (tenant, node) => bucketOf(STORAGE_STAGE, tenant, node),
    newPlacementId: placementId.random,
    now: systemClock,
  }),
);
