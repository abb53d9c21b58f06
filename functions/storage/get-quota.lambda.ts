import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import { dynamoQuotas } from './dynamo-quotas.ts';
import { StorageEnv } from './env.ts';
import { getQuota, getQuotaRoute } from './get-quota.ts';

const { STORAGE_TABLE } = readEnv(StorageEnv);
const open = tenantDb(dynamoDbClient(), STORAGE_TABLE);
const quotas = (tenant: TenantId) => dynamoQuotas(open(tenant));

export const handler = api(getQuotaRoute, getQuota({ quotas }));
