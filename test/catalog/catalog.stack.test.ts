import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { productKey, slugKey } from '../../functions/catalog/product-keys.ts';
import { compileEventPattern } from '../../lib/local/events/event-pattern.ts';
import { permissionsOf, resourcesOf, synthesizedApp, textOf } from '../assembly/app.ts';
import { productNamed } from './fixtures.ts';

const app = synthesizedApp();
const ofCatalog = (type: string) => resourcesOf(app, type).filter(({ stack }) => stack === 'catalog');

const Mapping = z.object({ FilterCriteria: z.object({ Filters: z.tuple([z.object({ Pattern: z.string() })]) }) });
const State = z.object({
  Type: z.string(),
  Next: z.string().optional(),
  Default: z.string().optional(),
  Retry: z.array(z.unknown()).optional(),
  Catch: z.array(z.object({ Next: z.string() })).optional(),
  Choices: z.array(z.object({ Next: z.string() })).optional(),
});

describe('the catalogue', () => {
  it('calls its publisher for products, not for the claims and list entries that are written with them', () => {
    const [mapping] = ofCatalog('AWS::Lambda::EventSourceMapping');
    const [{ Pattern }] = Mapping.parse(mapping?.properties).FilterCriteria.Filters;
    const passes = compileEventPattern(JSON.parse(Pattern));
    const change = (key: { readonly pk: string; readonly sk: string }) => ({
      eventName: 'MODIFY',
      dynamodb: { NewImage: { pk: { S: key.pk }, sk: { S: key.sk } } },
    });
    expect(passes(change(productKey(productNamed('mug').id)))).toBe(true);
    expect(passes(change(slugKey('mug')))).toBe(false);
    expect(passes({ eventName: 'REMOVE', dynamodb: {} })).toBe(false);
  });

  it('imports by a workflow that goes on as long as there is something to do, and ends a run that keeps failing', () => {
    const [machine] = ofCatalog('AWS::StepFunctions::StateMachine');
    const { DefinitionString: text, StateMachineType } = z
      .object({ DefinitionString: z.unknown(), StateMachineType: z.string() })
      .parse(machine?.properties);
    expect(StateMachineType).toBe('STANDARD');
    const { States } = z.object({ States: z.record(z.string(), State) }).parse(JSON.parse(textOf(text)));
    const { check, work, fail, 'more?': more } = States;
    expect([check?.Next, work?.Next, more?.Choices?.[0]?.Next, more?.Default]).toEqual([
      'more?',
      'more?',
      'work',
      'ended',
    ]);
    for (const task of [check, work]) {
      expect(task?.Retry).toHaveLength(1);
      expect(task?.Catch?.[0]?.Next).toBe('fail');
    }
    expect(fail?.Next).toBe('failed');
    expect(States['failed']?.Type).toBe('Fail');
  });

  it('reaches uploaded files below imports/ only', () => {
    const files = permissionsOf(app).filter(({ stack, action }) => stack === 'catalog' && action.startsWith('s3:'));
    expect(files.map(({ action }) => action).toSorted()).toEqual([
      's3:GetObject',
      's3:GetObject',
      's3:GetObject',
      's3:PutObject',
    ]);
    for (const { resource } of files) expect(resource).toMatch(/\/imports\/\*$/);
  });
});
