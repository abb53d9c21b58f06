import type { App } from 'aws-cdk-lib/core';
import { VariantCreated, VariantDeleted, VariantUpdated } from '../functions/catalog/events.ts';
import { createAdjustmentRoute } from '../functions/inventory/create-adjustment.ts';
import { createLocationRoute } from '../functions/inventory/create-location.ts';
import { deleteLocationRoute } from '../functions/inventory/delete-location.ts';
import { InventoryTableEnv } from '../functions/inventory/env.ts';
import { getAvailabilityRoute } from '../functions/inventory/get-availability.ts';
import { getItemRoute } from '../functions/inventory/get-item.ts';
import { getLocationRoute } from '../functions/inventory/get-location.ts';
import { listLevelsRoute } from '../functions/inventory/list-levels.ts';
import { listLocationsRoute } from '../functions/inventory/list-locations.ts';
import { listMovementsRoute } from '../functions/inventory/list-movements.ts';
import { listReservationsRoute } from '../functions/inventory/list-reservations.ts';
import { updateItemRoute } from '../functions/inventory/update-item.ts';
import { updateLocationRoute } from '../functions/inventory/update-location.ts';
import { OrderCancelled, OrderConfirmed, OrderFulfilled, OrderRejected } from '../functions/orders/events.ts';
import type { StageConfig } from '../lib/config.ts';
import { writes, type WriteOperation } from '../lib/constructs/bind.ts';
import { DomainApi } from '../lib/constructs/domain-api.ts';
import { DomainStack } from '../lib/constructs/domain-stack.ts';
import { EventPublisher } from '../lib/constructs/event-publisher.ts';
import { EVENTS_OF_MANY, Inbox } from '../lib/constructs/inbox.ts';
import { ServiceFunction } from '../lib/constructs/service-function.ts';
import { ServiceTable } from '../lib/constructs/service-table.ts';

/**
 * Every order writes to this table and publishes nothing: without the filter each would cost an invocation. Adjustments are
 * the only items with a trace id.
 */
const ADJUSTMENTS = { eventName: ['INSERT'], dynamodb: { NewImage: { traceId: { S: [{ exists: true }] } } } };

/** What lies where, what is reserved for whom, and the ledger of what came and went. */
export class InventoryStack extends DomainStack {
  constructor(app: App, stage: StageConfig) {
    super(app, { domain: 'inventory', stage });
    const table = new ServiceTable(this, 'Table', { stream: true });
    const fn = (id: string, name: string, ...operations: readonly [WriteOperation, ...WriteOperation[]]) =>
      new ServiceFunction(this, id, {
        entry: `inventory/${name}`,
        env: InventoryTableEnv,
        bind: { INVENTORY_TABLE: writes(table, ...operations) },
      });

    fn('Reserve', 'reserve', 'batchGet', 'get', 'query', 'put', 'update', 'check', 'delete');
    fn('Release', 'release', 'get', 'query', 'put', 'update');
    fn('ApplyImport', 'apply-import', 'batchGet', 'put', 'update');
    new Inbox(this, 'Inbox', {
      events: [
        VariantCreated,
        VariantUpdated,
        VariantDeleted,
        OrderConfirmed,
        OrderRejected,
        OrderCancelled,
        OrderFulfilled,
      ],
      fn: new ServiceFunction(this, 'InboxConsumer', {
        entry: 'inventory/inbox',
        env: InventoryTableEnv,
        bind: { INVENTORY_TABLE: writes(table, 'get', 'query', 'put', 'update') },
        acrossTenants: EVENTS_OF_MANY,
      }),
    });
    new EventPublisher(this, 'Publisher', { table, entry: 'inventory/publish', only: ADJUSTMENTS });

    new DomainApi(this, 'Api', {
      health: fn('Health', 'health', 'describe'),
      routes: [
        { route: listLocationsRoute, fn: fn('ListLocations', 'list-locations', 'get') },
        { route: createLocationRoute, fn: fn('CreateLocation', 'create-location', 'get', 'put') },
        { route: getLocationRoute, fn: fn('GetLocation', 'get-location', 'get') },
        { route: updateLocationRoute, fn: fn('UpdateLocation', 'update-location', 'get', 'put') },
        { route: deleteLocationRoute, fn: fn('DeleteLocation', 'delete-location', 'get', 'put') },
        { route: listLevelsRoute, fn: fn('ListLevels', 'list-levels', 'batchGet') },
        { route: getAvailabilityRoute, fn: fn('GetAvailability', 'get-availability', 'batchGet') },
        { route: getItemRoute, fn: fn('GetItem', 'get-item', 'get') },
        { route: updateItemRoute, fn: fn('UpdateItem', 'update-item', 'get', 'update') },
        {
          route: createAdjustmentRoute,
          fn: fn('CreateAdjustment', 'create-adjustment', 'get', 'batchGet', 'put', 'update', 'delete'),
        },
        { route: listMovementsRoute, fn: fn('ListMovements', 'list-movements', 'query') },
        { route: listReservationsRoute, fn: fn('ListReservations', 'list-reservations', 'query') },
      ],
    });
  }
}
