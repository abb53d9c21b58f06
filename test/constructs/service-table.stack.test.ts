import { describe, expect, it } from 'vitest';
import { ServiceTable } from '../../lib/constructs/service-table.ts';
import { stackWith, templateOf } from './fixture.ts';

const tableIn = (stage: string, props?: ConstructorParameters<typeof ServiceTable>[2]) => {
  const stack = stackWith([], stage);
  new ServiceTable(stack, 'Table', props);
  return templateOf(stack);
};

describe('a service table', () => {
  it('is paid per request, restorable to any second, and expires items by ttl', () => {
    tableIn('dev').hasResourceProperties('AWS::DynamoDB::Table', {
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    });
  });

  it('has no physical name, so that it can be replaced', () => {
    const [table] = Object.values(tableIn('dev').findResources('AWS::DynamoDB::Table'));
    expect(table?.['Properties']).not.toHaveProperty('TableName');
  });

  it('has the indexes and the stream that are asked for, and no other', () => {
    const due = { name: 'due', partition: 'duePk', sort: 'dueSk', projection: 'KEYS_ONLY' } as const;
    const [table] = Object.values(
      tableIn('dev', { indexes: 2, stream: true, systemIndexes: [due] }).findResources('AWS::DynamoDB::Table'),
    );
    expect(table?.['Properties'].GlobalSecondaryIndexes).toMatchObject([
      { IndexName: 'gsi1', Projection: { ProjectionType: 'ALL' } },
      { IndexName: 'gsi2', Projection: { ProjectionType: 'ALL' } },
      { IndexName: 'due', Projection: { ProjectionType: 'KEYS_ONLY' } },
    ]);
    expect(table?.['Properties'].StreamSpecification).toEqual({ StreamViewType: 'NEW_AND_OLD_IMAGES' });
    const [plain] = Object.values(tableIn('dev').findResources('AWS::DynamoDB::Table'));
    expect(plain?.['Properties']).not.toHaveProperty('GlobalSecondaryIndexes');
    expect(plain?.['Properties']).not.toHaveProperty('StreamSpecification');
  });

  it('outlives its stack in prod, and not in dev', () => {
    tableIn('prod').hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: { DeletionProtectionEnabled: true },
    });
    tableIn('dev').hasResource('AWS::DynamoDB::Table', { DeletionPolicy: 'Delete' });
  });
});
