import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, ListTablesCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { App } from 'aws-cdk-lib/core';
import { build } from 'esbuild';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { stageConfig } from '../../lib/config.ts';
import { writes } from '../../lib/constructs/bind.ts';
import { DomainStack } from '../../lib/constructs/domain-stack.ts';
import { ServiceFunction } from '../../lib/constructs/service-function.ts';
import { ServiceTable } from '../../lib/constructs/service-table.ts';
import { startCloud, type Cloud } from '../../lib/local/cloud.ts';
import { grantsClient } from '../../lib/local/grants-client.ts';
import { quietLog } from '../../lib/local/log.ts';
import { tenantPrefix } from '../../lib/runtime/keys.ts';
import type { Caller } from '../../lib/runtime/tenant.ts';
import { tenantId } from '../../lib/runtime/tenant.ts';
import { bundleOptions } from '../../scripts/bundle.ts';
import { proxyEvent } from '../fixtures/lambda-events.ts';

const FUNCTION = 'cartwright-dev-orders-careless';
const OPERATIONS = ['get', 'batchGet', 'query', 'queryIndex', 'put', 'update', 'delete', 'transact', 'check'] as const;
const GRANTED = ['Get', 'BatchGet', 'Put', 'Update', 'Delete', 'ConditionCheck']
  .map((what) => `dynamodb:${what}Item`)
  .concat('dynamodb:Query');
const READS: readonly string[] = ['get', 'batchGet', 'query', 'queryIndex'];

const one = tenantId.random();
const other = tenantId.random();
const callerOf = (tenant: typeof one): Caller => ({
  kind: 'secret',
  actorId: 'key_1',
  credentialId: 'key_1',
  tenant,
  tenantStatus: 'active',
  settings: {
    country: 'DE',
    currencies: ['EUR'],
    locales: ['en'],
    timeZone: 'UTC',
    taxMode: 'inclusive',
    capture: 'now',
    orderPrefix: '',
  },
  permissions: [],
});

/** The careless handler and its table, made by the same constructs as every function, with the wall and without. */
const assemblyWith = async (tenantWall: 'on' | 'off'): Promise<string> => {
  const directory = mkdtempSync(join(tmpdir(), 'careless-'));
  const bundles = join(directory, 'dist');
  mkdirSync(bundles, { recursive: true });
  const entries = new Map([['orders/careless', 'test/tenancy/careless.lambda.ts']]);
  await build({ ...bundleOptions(entries), outdir: bundles });
  const outdir = join(directory, 'cdk.out');
  const app = new App({ builtinCloudFormationValidation: false, outdir });
  const stack = new DomainStack(app, {
    domain: 'orders',
    stage: stageConfig('dev', { dev: { tenantWall: tenantWall === 'on' } }),
    bundles,
  });
  const table = new ServiceTable(stack, 'Table', { indexes: 1 });
  new ServiceFunction(stack, 'Careless', {
    entry: 'orders/careless',
    env: z.object({ ORDERS_TABLE: z.string() }),
    bind: {
      ORDERS_TABLE: writes(table, 'get', 'batchGet', 'query', 'query:gsi1', 'put', 'update', 'delete', 'check'),
    },
  });
  app.synth();
  return outdir;
};

const Result = z.object({ statusCode: z.number(), body: z.string() });

describe.each(['off', 'on'] as const)(
  'a handler that opens its table for any tenant, with the second wall %s',
  (wall) => {
    let cloud: Cloud;
    let dynamodb: DynamoDBClient;
    let lambda: LambdaClient;
    let table = '';
    const item = (tenant: string, secret: string) => ({
      pk: { S: `${tenantPrefix(tenantId.schema.parse(tenant))}orders` },
      sk: { S: 'or_1' },
      secret: { S: secret },
      gsi1pk: { S: `${tenantPrefix(tenantId.schema.parse(tenant))}orders` },
      gsi1sk: { S: 'or_1' },
    });

    beforeAll(async () => {
      cloud = await startCloud({
        assembly: await assemblyWith(wall),
        stateDir: mkdtempSync(join(tmpdir(), 'careless-state-')),
        apiPort: 0,
        awsPort: 0,
        weather: { rough: false, seed: 1 },
        concurrency: 'many',
        log: quietLog,
      });
      const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
      const options = { endpoint: cloud.awsUrl, region: 'eu-central-1', credentials };
      dynamodb = new DynamoDBClient(options);
      lambda = new LambdaClient(options);
      const { TableNames = [] } = await dynamodb.send(new ListTablesCommand({}));
      table = TableNames[0] ?? '';
    });
    afterAll(async () => {
      await cloud.stop();
    });
    beforeEach(async () => {
      for (const tenant of [one, other])
        await dynamodb.send(new PutItemCommand({ TableName: table, Item: item(tenant, `a secret of ${tenant}`) }));
    });

    const call = async (caller: typeof one, of: string, operation: string) => {
      const event = proxyEvent({
        path: `/v1/orders/careless/${of}/${operation}`,
        params: { tenant: of, operation },
        caller: callerOf(caller),
      });
      const { Payload } = await lambda.send(
        new InvokeCommand({ FunctionName: FUNCTION, Qualifier: 'live', Payload: JSON.stringify(event) }),
      );
      return Result.parse(JSON.parse(Buffer.from(Payload ?? []).toString()));
    };
    const stored = async (tenant: string) => {
      const { pk, sk } = item(tenant, '');
      return (await dynamodb.send(new GetItemCommand({ TableName: table, Key: { pk, sk } }))).Item;
    };

    it.each(OPERATIONS)('does %s to the items of its caller', async (operation) => {
      const { statusCode, body } = await call(one, one, operation);
      expect([statusCode, body]).toEqual([200, expect.any(String)]);
      if (READS.includes(operation)) expect(body).toContain(`a secret of ${one}`);
    });

    if (wall === 'off') {
      it.each(OPERATIONS)(
        'does %s to the items of another tenant too: the first wall was all there is',
        async (operation) => {
          const { statusCode, body } = await call(one, other, operation);
          expect(statusCode).toBe(200);
          if (READS.includes(operation)) expect(body).toContain(`a secret of ${other}`);
          else if (operation !== 'check') expect(await stored(other)).not.toEqual(item(other, `a secret of ${other}`));
        },
      );
    } else {
      it.each(OPERATIONS)('is refused %s of the items of another tenant, which stay as they are', async (operation) => {
        const { statusCode, body } = await call(one, other, operation);
        expect(statusCode).toBe(500);
        expect(body).not.toContain('a secret of');
        expect(await stored(other)).toEqual(item(other, `a secret of ${other}`));
      });

      it('is refused by IAM, for the key that its request names', async () => {
        const refusals = (await grantsClient(cloud.awsUrl).since(0))?.refusals ?? [];
        const actions = refusals.map(({ action }) => action);
        expect(new Set(actions)).toEqual(new Set(GRANTED));
        for (const { role, message } of refusals) {
          expect(role).toMatch(/CarelessTenantRole/);
          expect(message).toContain('its condition on dynamodb:leadingkeys, dynamodb:leadingkeys is not met');
        }
      });

      it('serves two tenants at the same time, each with its own rights', async () => {
        const callers = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? one : other));
        const answers = await Promise.all(callers.map((caller) => call(caller, caller, 'get')));
        for (const [index, { statusCode, body }] of answers.entries()) {
          expect(statusCode).toBe(200);
          expect(body).toContain(`a secret of ${callers[index]}`);
        }
        const strangers = await Promise.all(callers.map((caller) => call(caller, caller === one ? other : one, 'get')));
        expect(new Set(strangers.map(({ statusCode }) => statusCode))).toEqual(new Set([500]));
      });
    }
  },
);
