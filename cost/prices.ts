/**
 * Public list prices in US dollars: us-east-1, ARM, first tier, no free tier, no discount, no tax. Entered by hand from
 * AWS's pricing pages, and certain as of the month below; whoever decides by them looks them up again. The change log: DynamoDB
 * on demand costs half since 2024-11; Lambda bills the loading of a bundle (INIT) since 2025-08, at the price of a duration.
 */
export const PRICED_AT = '2025-08';
export const PRICED_REGION = 'us-east-1';

interface Price {
  /** What one unit is. */
  readonly unit: string;
  /** Dollars for `per` units. */
  readonly usd: number;
  readonly per: number;
  /** The page that says so. */
  readonly source: string;
}

const MILLION = 1_000_000;

export const PRICES = {
  apiRequest: { unit: 'REST API request', usd: 3.5, per: MILLION, source: 'API Gateway pricing, REST APIs' },
  lambdaRequest: { unit: 'Lambda request', usd: 0.2, per: MILLION, source: 'Lambda pricing' },
  lambdaGbSecond: { unit: 'Lambda GB-second (Arm)', usd: 13.3334, per: MILLION, source: 'Lambda pricing' },
  dynamodbWrite: { unit: 'DynamoDB write unit', usd: 0.625, per: MILLION, source: 'DynamoDB pricing, on demand' },
  dynamodbRead: { unit: 'DynamoDB read unit', usd: 0.125, per: MILLION, source: 'DynamoDB pricing, on demand' },
  dynamodbGbMonth: { unit: 'DynamoDB GB stored, a month', usd: 0.25, per: 1, source: 'DynamoDB pricing, Standard' },
  backupGbMonth: {
    unit: 'DynamoDB GB restorable to any second, a month',
    usd: 0.2,
    per: 1,
    source: 'DynamoDB pricing, continuous backups',
  },
  expressRequest: { unit: 'Express workflow request', usd: 1, per: MILLION, source: 'Step Functions pricing' },
  expressGbSecond: { unit: 'Express workflow GB-second', usd: 16.67, per: MILLION, source: 'Step Functions pricing' },
  transition: { unit: 'Standard workflow transition', usd: 25, per: MILLION, source: 'Step Functions pricing' },
  busEvent: { unit: 'bus event (64 kB)', usd: 1, per: MILLION, source: 'EventBridge pricing, custom events' },
  archivedGb: { unit: 'GB of events archived', usd: 0.1, per: 1, source: 'EventBridge pricing, archive processing' },
  schedule: { unit: 'scheduled run', usd: 1, per: MILLION, source: 'EventBridge pricing, Scheduler' },
  queueRequest: { unit: 'SQS request (64 kB)', usd: 0.4, per: MILLION, source: 'SQS pricing, standard queues' },
  secret: { unit: 'secret, a month', usd: 0.4, per: 1, source: 'Secrets Manager pricing' },
  secretCall: { unit: 'Secrets Manager call', usd: 5, per: MILLION, source: 'Secrets Manager pricing' },
  parameterCall: { unit: 'SSM parameter call', usd: 0, per: MILLION, source: 'Systems Manager pricing, standard' },
  logGb: { unit: 'GB of logs', usd: 0.5, per: 1, source: 'CloudWatch pricing, Standard logs' },
  logGbMonth: { unit: 'GB of logs kept, a month', usd: 0.03, per: 1, source: 'CloudWatch pricing, log storage' },
  alarm: { unit: 'alarm, a month', usd: 0.1, per: 1, source: 'CloudWatch pricing, standard resolution' },
  s3Write: { unit: 'S3 PUT, POST, LIST', usd: 5, per: MILLION, source: 'S3 pricing, Standard' },
  s3Read: { unit: 'S3 GET', usd: 0.4, per: MILLION, source: 'S3 pricing, Standard' },
} as const satisfies Readonly<Record<string, Price>>;

export type Unit = keyof typeof PRICES;
export const UNITS = Object.keys(PRICES).filter((name): name is Unit => name in PRICES);

/** Dollars for one unit. */
export const priceOf = (unit: Unit): number => PRICES[unit].usd / PRICES[unit].per;

/** Traffic to the internet; not among the services, and smaller with an edge before it. */
export const DATA_OUT_USD_PER_GB = 0.09;
