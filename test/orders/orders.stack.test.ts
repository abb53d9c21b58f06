import { describe, expect, it } from 'vitest';
import { permissionsOf, resourcesOf, synthesizedApp, textOf } from '../assembly/app.ts';
import { CHECKOUT_STEPS, CHECKOUT_TIMEOUT_SECONDS } from '../../stacks/checkout-saga.ts';

const stacks = synthesizedApp().filter(({ domain }) => domain === 'orders' || domain === 'payments');
const permissions = permissionsOf(stacks);
/** What a function may do with the table or its indexes: `PutItem`, `Query due`. */
const tableRights = (stack: string, role: string): string[] =>
  permissions
    .filter((permission) => permission.stack === stack && permission.role.startsWith(`${role}Role`))
    .filter(({ action }) => action.startsWith('dynamodb:'))
    .map(({ action, resource }) => [action.replace('dynamodb:', ''), /\/index\/(\w+)$/.exec(resource)?.[1]])
    .map((words) => words.filter((word) => word !== undefined).join(' '))
    .toSorted();

describe('the orders stack', () => {
  it('runs the checkout within the time that its caller waits', () => {
    const [machine] = resourcesOf(stacks, 'AWS::StepFunctions::StateMachine');
    expect(machine?.properties).toMatchObject({
      StateMachineName: 'cartwright-dev-orders-checkout',
      StateMachineType: 'EXPRESS',
    });
    expect(textOf(machine?.properties['DefinitionString'])).toContain(`"TimeoutSeconds":${CHECKOUT_TIMEOUT_SECONDS}`);
    const longest = CHECKOUT_STEPS.reduce((sum, { timeoutSeconds }) => sum + timeoutSeconds, 0);
    expect(longest).toBeLessThan(20);
    expect(CHECKOUT_TIMEOUT_SECONDS).toBe(25);
  });

  it('gives each step the one write that it is', () => {
    expect(tableRights('orders', 'Place')).toEqual(['PutItem', 'UpdateItem']);
    expect(tableRights('orders', 'Confirm')).toEqual(['UpdateItem']);
    expect(tableRights('orders', 'Reject')).toEqual(['PutItem', 'UpdateItem']);
    // Beside its write: the intent that a provider was told of before, and the provider's circuit.
    expect(tableRights('payments', 'Authorize')).toEqual(['GetItem', 'PutItem', 'UpdateItem']);
    for (const name of ['CancelOrder', 'FulfilOrder', 'React']) {
      expect(tableRights('orders', name)).toEqual(['GetItem', 'UpdateItem']);
    }
  });

  it('lets the reconciler alone look at the pending orders of all tenants', () => {
    const readers = permissions.filter(({ resource }) => resource.endsWith('/index/due')).map(({ role }) => role);
    expect(readers).toHaveLength(1);
    expect(readers[0]).toMatch(/^ReconcileRole/);
    expect(tableRights('orders', 'Reconcile')).toEqual(['GetItem', 'Query due', 'UpdateItem']);
    const [schedule] = resourcesOf(stacks, 'AWS::Scheduler::Schedule');
    expect(schedule?.properties).toMatchObject({ ScheduleExpression: 'rate(1 minute)' });
  });

  it('keeps keys alone in every index, so that an order that moves on writes no index', () => {
    const tables = resourcesOf(stacks, 'AWS::DynamoDB::Table');
    const projections = tables.flatMap(({ stack, properties }) =>
      Object.values(Object(properties['GlobalSecondaryIndexes'])).map((index) => [
        stack,
        Object(index).IndexName,
        Object(index).Projection.ProjectionType,
      ]),
    );
    expect(projections).toEqual([
      ['orders', 'gsi1', 'KEYS_ONLY'],
      ['orders', 'gsi2', 'KEYS_ONLY'],
      ['orders', 'gsi3', 'KEYS_ONLY'],
      ['orders', 'due', 'KEYS_ONLY'],
      ['payments', 'gsi1', 'KEYS_ONLY'],
    ]);
  });

  it('can call what an undo needs, and nothing else, from the workflow', () => {
    const called = permissions
      .filter(({ role, action }) => role.startsWith('CheckoutRole') && action === 'lambda:InvokeFunction')
      .map(({ resource }) => /function:cartwright-dev-(.+):live$/.exec(resource)?.[1]);
    expect(called.toSorted()).toEqual([
      'carts-lock',
      'carts-unlock',
      'inventory-release',
      'inventory-reserve',
      'orders-confirm',
      'orders-place',
      'orders-reject',
      'payments-authorize',
      'payments-void',
      'pricing-quote',
      'pricing-redeem',
      'pricing-unredeem',
    ]);
  });
});
