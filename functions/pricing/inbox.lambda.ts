import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { consume, on } from '../../lib/runtime/consume.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { VariantCreated, VariantDeleted, VariantUpdated } from '../catalog/events.ts';
import { OrderCancelled, OrderRejected } from '../orders/events.ts';
import { dynamoVariants } from './dynamo-price-book.ts';
import { dynamoRedemptions } from './dynamo-redemption-store.ts';
import { PricingTableEnv } from './env.ts';
import { giveCouponsBack } from './on-order-undone.ts';
import { forgetPrices, keepPrices } from './on-variant-changed.ts';

const { PRICING_TABLE } = readEnv(PricingTableEnv);
const db = tenantDb(dynamoDbClient(), PRICING_TABLE);
const variants = dynamoVariants(db);
const redemptions = dynamoRedemptions(db);

export const handler = consume([
  on(VariantCreated, keepPrices({ variants })),
  on(VariantUpdated, keepPrices({ variants })),
  on(VariantDeleted, forgetPrices({ variants })),
  on(OrderRejected, giveCouponsBack({ redemptions })),
  on(OrderCancelled, giveCouponsBack({ redemptions })),
]);
