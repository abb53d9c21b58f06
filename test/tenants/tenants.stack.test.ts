import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ONBOARDING_SECONDS } from '../../functions/tenants/onboarding.ts';
import { compileEventPattern } from '../../lib/local/events/event-pattern.ts';
import { operationsOf, permissionsOf, resourcesOf, synthesizedApp, textOf } from '../assembly/app.ts';

const stacks = synthesizedApp().filter(({ domain }) => domain === 'tenants');
const permissions = permissionsOf(stacks);
const rightsOf = (role: string): string[] =>
  permissions
    .filter((permission) => permission.role.startsWith(`${role}Role`) && !permission.action.startsWith('logs:'))
    .map(({ action }) => action)
    .toSorted();
const rolesThatMay = (action: string, resource: RegExp): string[] =>
  permissions
    .filter((permission) => permission.action === action && resource.test(permission.resource))
    .map(({ role }) => role.replace(/Role[0-9A-F]{8}$/, ''))
    .toSorted();

describe('the tenants stack', () => {
  it('onboards in a workflow that survives everything, and ends before the repair job takes over', () => {
    const [machine] = resourcesOf(stacks, 'AWS::StepFunctions::StateMachine');
    expect(machine?.properties).toMatchObject({
      StateMachineName: 'cartwright-dev-tenants-onboarding',
      StateMachineType: 'STANDARD',
    });
    const definition = textOf(machine?.properties['DefinitionString']);
    expect(definition).toContain(`"TimeoutSeconds":${ONBOARDING_SECONDS}`);
    // The history of an execution is kept for months: nothing but ids goes through it.
    expect(definition).not.toMatch(/email/i);
  });

  it('lets the repair job alone look at what is due of all tenants', () => {
    expect(rolesThatMay('dynamodb:Query', /\/index\/due$/)).toEqual(['RepairTenants']);
    const [schedule] = resourcesOf(stacks, 'AWS::Scheduler::Schedule');
    expect(schedule?.properties).toMatchObject({ ScheduleExpression: 'rate(1 minute)' });
  });

  it('lets the authorizer find keys and tenants, and change nothing', () => {
    expect(rightsOf('VerifyKey')).toEqual(['dynamodb:GetItem']);
    expect(rightsOf('ResolveTenant')).toEqual(['dynamodb:GetItem']);
  });

  it('lets each function do with usage keys only what it does', () => {
    expect(rolesThatMay('apigateway:POST', /\/apikeys$/)).toEqual(['RegisterUsageKey', 'RepairTenants']);
    expect(rolesThatMay('apigateway:DELETE', /\/apikeys\/\*$/)).toEqual(['RemoveUsageKey']);
    expect(rolesThatMay('apigateway:DELETE', /\/usageplans\/\*\/keys\/\*$/)).toEqual(['RepairTenants']);
  });

  it('asks for a credential on every route but health', () => {
    const open = operationsOf(stacks).filter(({ security }) => security.length === 0);
    expect(open.map(({ route }) => route)).toEqual(['GET /v1/tenants/health']);
  });

  it('publishes changes of tenants, and is not called for the usage of each order', () => {
    const Filtered = z.object({ FilterCriteria: z.object({ Filters: z.tuple([z.object({ Pattern: z.string() })]) }) });
    const sources = resourcesOf(stacks, 'AWS::Lambda::EventSourceMapping').filter(
      ({ properties }) => 'FilterCriteria' in properties,
    );
    expect(sources).toHaveLength(1);
    const [{ Pattern }] = Filtered.parse(sources[0]?.properties).FilterCriteria.Filters;
    const passes = compileEventPattern(JSON.parse(Pattern));
    const change = (image: Record<string, unknown>) => ({ eventName: 'MODIFY', dynamodb: { NewImage: image } });
    expect(passes(change({ slug: { S: 'alder' }, version: { N: '1' } }))).toBe(true);
    expect(passes(change({ slug: { S: 'alder' }, version: { N: '0' } }))).toBe(false);
    expect(passes(change({ orders: { SS: ['a'] } }))).toBe(false);
    expect(passes({ eventName: 'REMOVE', dynamodb: {} })).toBe(false);
  });
});
