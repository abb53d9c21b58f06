import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { consume, onAll } from '../../lib/runtime/consume.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { OrderConfirmed } from '../orders/events.ts';
import { dynamoUsage } from './dynamo-usage-store.ts';
import { TenantsTableEnv } from './env.ts';
import { countConfirmedOrders } from './on-order-confirmed.ts';

const { TENANTS_TABLE } = readEnv(TenantsTableEnv);
const usage = dynamoUsage(dynamoDbClient(), TENANTS_TABLE);

export const handler = consume([onAll(OrderConfirmed, countConfirmedOrders({ usage }))]);
