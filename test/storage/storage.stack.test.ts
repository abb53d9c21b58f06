import { describe, expect, it } from 'vitest';
import { DUE, MOVES, PUBLIC } from '../../functions/storage/keys.ts';
import { resourcesOf, synthesizedApp } from '../assembly/app.ts';

const stacks = synthesizedApp().filter(({ domain }) => domain === 'storage');

describe('the storage stack', () => {
  it('has a table with indexes of the system alone, and without a stream', () => {
    const [table, ...others] = resourcesOf(stacks, 'AWS::DynamoDB::Table');
    expect(others).toEqual([]);
    const indexes = [table?.properties['GlobalSecondaryIndexes']].flat();
    expect(indexes).toEqual(
      [DUE, PUBLIC, MOVES].map(({ name, partition, sort }) =>
        expect.objectContaining({
          IndexName: name,
          KeySchema: [
            { AttributeName: partition, KeyType: 'HASH' },
            { AttributeName: sort, KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        }),
      ),
    );
    expect(table?.properties).not.toHaveProperty('StreamSpecification');
  });
});
