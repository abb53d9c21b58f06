import { expect, it } from 'vitest';
import * as z from 'zod';
import { compileEventPattern } from '../../lib/local/events/event-pattern.ts';
import { resourcesOf, synthesizedApp } from '../assembly/app.ts';

const Mapping = z.object({ FilterCriteria: z.object({ Filters: z.tuple([z.object({ Pattern: z.string() })]) }) });

/** A change as Lambda filters it: DynamoDB's JSON. */
const inserted = (item: Record<string, unknown>) => ({ eventName: 'INSERT', dynamodb: { NewImage: item } });

it('the publisher is called for adjustments, not for each of the many writes of orders', () => {
  const mappings = resourcesOf(synthesizedApp(), 'AWS::Lambda::EventSourceMapping').filter(
    ({ stack, properties }) => stack.includes('inventory') && 'FilterCriteria' in properties,
  );
  expect(mappings).toHaveLength(1);
  const [{ Pattern }] = Mapping.parse(mappings[0]?.properties).FilterCriteria.Filters;
  const passes = compileEventPattern(JSON.parse(Pattern));
  expect(passes(inserted({ pk: { S: 't#a#adjustment#adj_1' }, traceId: { S: '1-a' } }))).toBe(true);
  expect(passes(inserted({ pk: { S: 't#a#reservation#ord_1' }, state: { S: 'held' } }))).toBe(false);
  expect(passes({ ...inserted({ traceId: { S: '1-a' } }), eventName: 'MODIFY' })).toBe(false);
});
