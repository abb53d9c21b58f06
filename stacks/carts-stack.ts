import type { App } from 'aws-cdk-lib/core';
import { changeCartRoute } from '../functions/carts/change-cart.ts';
import { createCartRoute } from '../functions/carts/create-cart.ts';
import { deleteCartRoute } from '../functions/carts/delete-cart.ts';
import { CartsTableEnv, GetShippingMethodsEnv, QuotedCartEnv } from '../functions/carts/env.ts';
import { getCartRoute } from '../functions/carts/get-cart.ts';
import { getCurrentCartRoute } from '../functions/carts/get-current-cart.ts';
import { getShippingMethodsRoute } from '../functions/carts/get-shipping-methods.ts';
import { mergeCartRoute } from '../functions/carts/merge-cart.ts';
import { OrderConfirmed, OrderRejected } from '../functions/orders/events.ts';
import { ListShippingMethods, QuoteCall } from '../functions/pricing/calls.ts';
import type { StageConfig } from '../lib/config.ts';
import { allOf, circuits, invokes, reads, writes, type WriteOperation } from '../lib/constructs/bind.ts';
import { circuitAlarm } from '../lib/constructs/circuit-alarm.ts';
import { DomainApi } from '../lib/constructs/domain-api.ts';
import { DomainStack } from '../lib/constructs/domain-stack.ts';
import { EVENTS_OF_MANY, Inbox } from '../lib/constructs/inbox.ts';
import { ServiceFunction } from '../lib/constructs/service-function.ts';
import { ServiceTable } from '../lib/constructs/service-table.ts';

/** What shoppers want, until it is an order. */
export class CartsStack extends DomainStack {
  constructor(app: App, stage: StageConfig) {
    super(app, { domain: 'carts', stage });
    const table = new ServiceTable(this, 'Table');
    circuitAlarm(this);
    type Operations = readonly [WriteOperation, ...WriteOperation[]];
    const onTable = (id: string, name: string, ...operations: Operations) =>
      new ServiceFunction(this, id, {
        entry: `carts/${name}`,
        env: CartsTableEnv,
        bind: { CARTS_TABLE: writes(table, ...operations) },
      });
    /** A function that also says what the cart costs. */
    const quoted = (id: string, name: string, ...operations: Operations) =>
      new ServiceFunction(this, id, {
        entry: `carts/${name}`,
        env: QuotedCartEnv,
        bind: {
          CARTS_TABLE: allOf(writes(table, ...operations), circuits(table)),
          QUOTE_FUNCTION: invokes(QuoteCall),
        },
      });

    onTable('Lock', 'lock', 'update');
    onTable('Unlock', 'unlock', 'get', 'update');
    new Inbox(this, 'Inbox', {
      events: [OrderConfirmed, OrderRejected],
      fn: new ServiceFunction(this, 'InboxConsumer', {
        entry: 'carts/inbox',
        env: CartsTableEnv,
        bind: { CARTS_TABLE: writes(table, 'get', 'update') },
        acrossTenants: EVENTS_OF_MANY,
      }),
    });

    new DomainApi(this, 'Api', {
      health: onTable('Health', 'health', 'describe'),
      routes: [
        { route: createCartRoute, fn: quoted('CreateCart', 'create-cart', 'put', 'get') },
        { route: getCartRoute, fn: quoted('GetCart', 'get-cart', 'get') },
        { route: getCurrentCartRoute, fn: quoted('GetCurrentCart', 'get-current-cart', 'get') },
        { route: changeCartRoute, fn: quoted('ChangeCart', 'change-cart', 'get', 'update') },
        { route: deleteCartRoute, fn: onTable('DeleteCart', 'delete-cart', 'get', 'delete') },
        { route: mergeCartRoute, fn: quoted('MergeCart', 'merge-cart', 'get', 'update', 'put') },
        {
          route: getShippingMethodsRoute,
          fn: new ServiceFunction(this, 'GetShippingMethods', {
            entry: 'carts/get-shipping-methods',
            env: GetShippingMethodsEnv,
            bind: {
              CARTS_TABLE: allOf(reads(table, 'get'), circuits(table)),
              SHIPPING_METHODS_FUNCTION: invokes(ListShippingMethods),
            },
          }),
        },
      ],
    });
  }
}
