import * as z from 'zod';
import type { TemplateResource } from '../contracts.ts';
import { readProperties } from '../read-properties.ts';

const keySchema = z
  .array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }))
  .min(1)
  .max(2);
const index = z.strictObject({
  IndexName: z.string(),
  KeySchema: keySchema,
  Projection: z.strictObject({
    ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
    NonKeyAttributes: z.array(z.string()).optional(),
  }),
  // Limits and warm-up of throughput, and metrics: nothing is throttled here.
  OnDemandThroughput: z.unknown().optional(),
  WarmThroughput: z.unknown().optional(),
  WriteOnDemandThroughputSettings: z.unknown().optional(),
  ReadOnDemandThroughputSettings: z.unknown().optional(),
  ContributorInsightsSpecification: z.unknown().optional(),
});
const timeToLive = z.strictObject({ AttributeName: z.string().optional(), Enabled: z.boolean() });
const attributes = z.array(z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }));

const common = {
  TableName: z.string().optional(),
  KeySchema: keySchema,
  AttributeDefinitions: attributes,
  BillingMode: z.literal('PAY_PER_REQUEST'),
  GlobalSecondaryIndexes: z.array(index).optional(),
  TimeToLiveSpecification: timeToLive.optional(),
};

/** `AWS::DynamoDB::Table`, without its inert properties. */
const TableProperties = z.object({
  ...common,
  StreamSpecification: z.strictObject({ StreamViewType: z.literal('NEW_AND_OLD_IMAGES') }).optional(),
});

const replica = z.strictObject({
  Region: z.string(),
  PointInTimeRecoverySpecification: z.unknown().optional(),
  DeletionProtectionEnabled: z.unknown().optional(),
  ContributorInsightsSpecification: z.unknown().optional(),
  GlobalSecondaryIndexes: z.unknown().optional(),
  SSESpecification: z.unknown().optional(),
  ReadOnDemandThroughputSettings: z.unknown().optional(),
  TableClass: z.unknown().optional(),
  Tags: z.unknown().optional(),
});

/** `AWS::DynamoDB::GlobalTable` with its one replica here; more would have to be copied between regions. */
const GlobalTableProperties = z.object({
  ...common,
  StreamSpecification: z.strictObject({ StreamViewType: z.literal('NEW_AND_OLD_IMAGES') }).optional(),
  Replicas: z.array(replica).length(1),
});

/** What both resource types say of a table. */
export type TableDefinition = Pick<
  z.infer<typeof TableProperties>,
  | 'TableName'
  | 'KeySchema'
  | 'AttributeDefinitions'
  | 'GlobalSecondaryIndexes'
  | 'TimeToLiveSpecification'
  | 'StreamSpecification'
>;

export const TABLE_TYPES = ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'] as const;

/** Reads a table's properties; anything that has an effect and is not known is an Error with its path. */
export const tableDefinition = (resource: TemplateResource): TableDefinition =>
  resource.type === 'AWS::DynamoDB::GlobalTable'
    ? readProperties(resource, GlobalTableProperties)
    : readProperties(resource, TableProperties);
