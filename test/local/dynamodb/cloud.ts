import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Account, Log, LogEntry, Weather } from '../../../lib/local/contracts.ts';
import type { Clock } from '../../../lib/local/clock.ts';
import { createDynamoDb } from '../../../lib/local/dynamodb/dynamodb.ts';
import type { LocalDynamoDb } from '../../../lib/local/dynamodb/dynamodb.ts';
import { createEndpoint } from '../../../lib/local/endpoint/endpoint.ts';
import { createIam } from '../../../lib/local/iam/iam.ts';
import type { LocalIam } from '../../../lib/local/iam/iam.ts';
import { createMeter } from '../../../lib/local/meter.ts';
import { createWeather } from '../../../lib/local/weather.ts';

export const account: Account = { accountId: '111111111111', region: 'eu-central-1', partition: 'aws' };

export const silentLog = (): Log & { readonly entries: LogEntry[] } => {
  const entries: LogEntry[] = [];
  return { entries, write: (entry) => void entries.push(entry) };
};

export const tableProperties = {
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: ['pk', 'sk', 'gsi1pk', 'gsi1sk'].map((AttributeName) => ({
    AttributeName,
    AttributeType: 'S' as const,
  })),
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'gsi1',
      KeySchema: [
        { AttributeName: 'gsi1pk', KeyType: 'HASH' },
        { AttributeName: 'gsi1sk', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
  StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
  TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
} as const;

/** The time between two steps of what the local DynamoDB does in the background for its indexes. */
const STEP_MS = 20;

export interface HandClock extends Clock {
  /** Moves time and runs what became due. */
  run(milliseconds: number): void;
  /** The same, and waits until the indexes' step is done. */
  move(milliseconds: number): Promise<void>;
}

/** A clock moved by hand. */
export const handClock = (): HandClock => {
  let now = 1_800_000_000_000;
  let due: { readonly at: number; readonly work: () => void }[] = [];
  const run = (milliseconds: number): number => {
    now += milliseconds;
    const ready = due.filter((candidate) => candidate.at <= now);
    due = due.filter((other) => !ready.includes(other));
    for (const entry of ready) entry.work();
    return ready.length;
  };
  return {
    now: () => now,
    after(milliseconds, work) {
      const entry = { at: now + milliseconds, work };
      due.push(entry);
      return () => {
        due = due.filter((other) => other !== entry);
      };
    },
    run,
    async move(milliseconds) {
      const ran = run(milliseconds);
      // A step writes to the engine; it sets its next timer when it is done.
      while (ran > 0 && !due.some((entry) => entry.at === now + STEP_MS))
        await new Promise((resolve) => setImmediate(resolve));
    },
  };
};

export interface SmallCloud {
  readonly dynamodb: LocalDynamoDb;
  readonly iam: LocalIam;
  readonly url: string;
  readonly log: ReturnType<typeof silentLog>;
  readonly stateDir: string;
  readonly meter: ReturnType<typeof createMeter>;
  /** A table of the stack `shop`, or of another one. */
  table(logicalId: string, properties?: Readonly<Record<string, unknown>>, stack?: string): Promise<string>;
  client(credentials?: { accessKeyId: string; secretAccessKey: string }): DynamoDBClient;
  /** `keep` leaves the state directory for another start. */
  stop(keep?: 'keep'): Promise<void>;
}

export const clientAt = (
  endpoint: string,
  credentials = { accessKeyId: 'local', secretAccessKey: 'local' },
): DynamoDBClient => new DynamoDBClient({ endpoint, region: account.region, credentials, maxAttempts: 1 });

/** DynamoDB, IAM and the endpoint alone, on a state directory of their own (or a given one). */
export const smallCloud = async (
  options: {
    readonly weather?: Weather;
    readonly stateDir?: string;
    readonly clock?: Clock;
    readonly engineEndpoint?: string;
  } = {},
): Promise<SmallCloud> => {
  const stateDir = options.stateDir ?? mkdtempSync(join(tmpdir(), 'dynamodb-'));
  const iam = createIam({ account, stateDir });
  const log = silentLog();
  const meter = createMeter();
  const weather = options.weather ?? createWeather({ rough: false, seed: 1 });
  const dynamodb = createDynamoDb({
    account,
    iam,
    stateDir,
    weather,
    meter,
    log,
    engineEndpoint: options.engineEndpoint,
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
  await dynamodb.start();
  const endpoint = createEndpoint({
    port: 0,
    services: [dynamodb.service],
    iam,
    log,
    meter,
    settleMeter: dynamodb.settleMeter,
  });
  await endpoint.start();
  const clients: DynamoDBClient[] = [];
  return {
    dynamodb,
    iam,
    url: endpoint.url,
    log,
    stateDir,
    meter,
    async table(logicalId, properties = tableProperties, stack = 'shop') {
      const [provisioner] = dynamodb.provisioners;
      if (provisioner === undefined) throw new Error('no provisioner');
      const path = `${stack}/${logicalId}`;
      const resource = { stack, logicalId, path, type: 'AWS::DynamoDB::Table', properties, metadata: {} };
      return (await provisioner.provision(resource)).ref;
    },
    client(credentials) {
      const made = clientAt(endpoint.url, credentials);
      clients.push(made);
      return made;
    },
    async stop(keep) {
      for (const client of clients) client.destroy();
      await endpoint.stop();
      await dynamodb.stop();
      if (keep === undefined) rmSync(stateDir, { recursive: true, force: true });
    },
  };
};
