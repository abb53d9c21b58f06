/**
 * Default quotas of an AWS account in two regions, entered by hand from the service quotas pages, as of the month below.
 * Whoever plans by them looks them up again ("Service Quotas" in the console shows the account's own): new accounts often begin
 * with less, above all of Lambda's concurrency.
 */
export const QUOTAS_AT = '2025-08';
export const REGIONS = ['us-east-1', 'eu-central-1'] as const;
export type Region = (typeof REGIONS)[number];

interface Quota {
  readonly name: string;
  readonly value: Readonly<Record<Region, number>>;
  readonly per: 'second' | 'at once' | 'account and region';
  readonly adjustable: boolean;
  readonly source: string;
}

const both = (value: number): Readonly<Record<Region, number>> => ({ 'us-east-1': value, 'eu-central-1': value });

export const QUOTAS = {
  apiRequests: {
    name: 'API Gateway: requests of an account',
    value: both(10_000),
    per: 'second',
    adjustable: true,
    source: 'API Gateway quotas, throttle of an account',
  },
  lambdaConcurrency: {
    name: 'Lambda: invocations at once',
    value: both(1_000),
    per: 'at once',
    adjustable: true,
    source: 'Lambda quotas, concurrent executions',
  },
  lambdaRate: {
    name: 'Lambda: invocations, ten times the concurrency',
    value: both(10_000),
    per: 'second',
    adjustable: true,
    source: 'Lambda quotas, synchronous requests',
  },
  busPuts: {
    name: 'EventBridge: entries put',
    value: { 'us-east-1': 10_000, 'eu-central-1': 2_400 },
    per: 'second',
    adjustable: true,
    source: 'EventBridge quotas, PutEvents throttle limit',
  },
  busTargets: {
    name: 'EventBridge: deliveries to targets',
    value: { 'us-east-1': 18_750, 'eu-central-1': 4_500 },
    per: 'second',
    adjustable: true,
    source: 'EventBridge quotas, invocations throttle limit',
  },
  tableWrites: {
    name: 'DynamoDB: write units of one table on demand',
    value: both(40_000),
    per: 'second',
    adjustable: true,
    source: 'DynamoDB quotas, table-level write throughput',
  },
  tableReads: {
    name: 'DynamoDB: read units of one table on demand',
    value: both(40_000),
    per: 'second',
    adjustable: true,
    source: 'DynamoDB quotas, table-level read throughput',
  },
  newTableWrites: {
    name: 'DynamoDB: write units of a new table, until it has grown or is warmed',
    value: both(4_000),
    per: 'second',
    adjustable: false,
    source: 'DynamoDB, initial throughput of on-demand tables; warm throughput',
  },
  newTableReads: {
    name: 'DynamoDB: read units of a new table, until it has grown or is warmed',
    value: both(12_000),
    per: 'second',
    adjustable: false,
    source: 'DynamoDB, initial throughput of on-demand tables; warm throughput',
  },
  roleSessions: {
    name: 'STS: roles assumed',
    value: both(600),
    per: 'second',
    adjustable: true,
    source: 'IAM and STS quotas, AWS STS request quotas',
  },
  partitionWrites: {
    name: 'DynamoDB: write units of one key',
    value: both(1_000),
    per: 'second',
    adjustable: false,
    source: 'DynamoDB, partition throughput',
  },
  partitionReads: {
    name: 'DynamoDB: read units of one key',
    value: both(3_000),
    per: 'second',
    adjustable: false,
    source: 'DynamoDB, partition throughput',
  },
  apiKeys: {
    name: 'API Gateway: API keys',
    value: both(10_000),
    per: 'account and region',
    adjustable: false,
    source: 'API Gateway quotas, API keys per account and region',
  },
} as const satisfies Readonly<Record<string, Quota>>;

export type QuotaName = keyof typeof QUOTAS;
