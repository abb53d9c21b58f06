import type { App } from 'aws-cdk-lib/core';
import { VariantCreated, VariantDeleted, VariantUpdated } from '../functions/catalog/events.ts';
import { OrderCancelled, OrderRejected } from '../functions/orders/events.ts';
import { createCodeRoute } from '../functions/pricing/create-code.ts';
import { createPromotionRoute } from '../functions/pricing/create-promotion.ts';
import { createQuoteRoute } from '../functions/pricing/create-quote.ts';
import { createShippingZoneRoute } from '../functions/pricing/create-shipping-zone.ts';
import { createTaxRateRoute } from '../functions/pricing/create-tax-rate.ts';
import { deletePromotionRoute } from '../functions/pricing/delete-promotion.ts';
import { deleteShippingZoneRoute } from '../functions/pricing/delete-shipping-zone.ts';
import { deleteTaxRateRoute } from '../functions/pricing/delete-tax-rate.ts';
import { PricingTableEnv } from '../functions/pricing/env.ts';
import { getPromotionRoute } from '../functions/pricing/get-promotion.ts';
import { getShippingZoneRoute } from '../functions/pricing/get-shipping-zone.ts';
import { getTaxRateRoute } from '../functions/pricing/get-tax-rate.ts';
import { listCodesRoute } from '../functions/pricing/list-codes.ts';
import { listPromotionsRoute } from '../functions/pricing/list-promotions.ts';
import { listShippingZonesRoute } from '../functions/pricing/list-shipping-zones.ts';
import { listTaxRatesRoute } from '../functions/pricing/list-tax-rates.ts';
import { updatePromotionRoute } from '../functions/pricing/update-promotion.ts';
import { updateShippingZoneRoute } from '../functions/pricing/update-shipping-zone.ts';
import { updateTaxRateRoute } from '../functions/pricing/update-tax-rate.ts';
import type { StageConfig } from '../lib/config.ts';
import { writes, type WriteOperation } from '../lib/constructs/bind.ts';
import { DomainApi } from '../lib/constructs/domain-api.ts';
import { DomainStack } from '../lib/constructs/domain-stack.ts';
import { EVENTS_OF_MANY, Inbox } from '../lib/constructs/inbox.ts';
import { ServiceFunction } from '../lib/constructs/service-function.ts';
import { ServiceTable } from '../lib/constructs/service-table.ts';

/** What things cost: tax, shipping, promotions, and the quote over them. */
export class PricingStack extends DomainStack {
  constructor(app: App, stage: StageConfig) {
    super(app, { domain: 'pricing', stage });
    const table = new ServiceTable(this, 'Table', { indexes: 1 });
    const fn = (id: string, name: string, ...operations: readonly [WriteOperation, ...WriteOperation[]]) =>
      new ServiceFunction(this, id, {
        entry: `pricing/${name}`,
        env: PricingTableEnv,
        bind: { PRICING_TABLE: writes(table, ...operations) },
      });

    fn('Quote', 'quote', 'batchGet');
    fn('ListShippingMethods', 'list-shipping-methods', 'get');
    fn('Redeem', 'redeem', 'batchGet', 'get', 'put', 'update');
    fn('Unredeem', 'unredeem', 'get', 'put', 'update');
    new Inbox(this, 'Inbox', {
      events: [VariantCreated, VariantUpdated, VariantDeleted, OrderRejected, OrderCancelled],
      fn: new ServiceFunction(this, 'InboxConsumer', {
        entry: 'pricing/inbox',
        env: PricingTableEnv,
        bind: { PRICING_TABLE: writes(table, 'get', 'put', 'update') },
        acrossTenants: EVENTS_OF_MANY,
      }),
    });

    new DomainApi(this, 'Api', {
      health: fn('Health', 'health', 'describe'),
      routes: [
        { route: createQuoteRoute, fn: fn('CreateQuote', 'create-quote', 'batchGet') },
        { route: listTaxRatesRoute, fn: fn('ListTaxRates', 'list-tax-rates', 'get') },
        { route: createTaxRateRoute, fn: fn('CreateTaxRate', 'create-tax-rate', 'get', 'put') },
        { route: getTaxRateRoute, fn: fn('GetTaxRate', 'get-tax-rate', 'get') },
        { route: updateTaxRateRoute, fn: fn('UpdateTaxRate', 'update-tax-rate', 'get', 'put') },
        { route: deleteTaxRateRoute, fn: fn('DeleteTaxRate', 'delete-tax-rate', 'get', 'put') },
        { route: listShippingZonesRoute, fn: fn('ListShippingZones', 'list-shipping-zones', 'get') },
        { route: createShippingZoneRoute, fn: fn('CreateShippingZone', 'create-shipping-zone', 'get', 'put') },
        { route: getShippingZoneRoute, fn: fn('GetShippingZone', 'get-shipping-zone', 'get') },
        { route: updateShippingZoneRoute, fn: fn('UpdateShippingZone', 'update-shipping-zone', 'get', 'put') },
        { route: deleteShippingZoneRoute, fn: fn('DeleteShippingZone', 'delete-shipping-zone', 'get', 'put') },
        { route: listPromotionsRoute, fn: fn('ListPromotions', 'list-promotions', 'get') },
        { route: createPromotionRoute, fn: fn('CreatePromotion', 'create-promotion', 'get', 'put') },
        { route: getPromotionRoute, fn: fn('GetPromotion', 'get-promotion', 'get') },
        { route: updatePromotionRoute, fn: fn('UpdatePromotion', 'update-promotion', 'get', 'put') },
        { route: deletePromotionRoute, fn: fn('DeletePromotion', 'delete-promotion', 'get', 'put') },
        { route: listCodesRoute, fn: fn('ListCodes', 'list-codes', 'get', 'query:gsi1') },
        { route: createCodeRoute, fn: fn('CreateCode', 'create-code', 'get', 'put') },
      ],
    });
  }
}
