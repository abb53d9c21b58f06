import { Match } from 'aws-cdk-lib/assertions';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { invokes, reads, setting, writes } from '../../lib/constructs/bind.ts';
import { ServiceFunction } from '../../lib/constructs/service-function.ts';
import { ServiceTable } from '../../lib/constructs/service-table.ts';
import { anyFunction, stackWith, statementsOf, templateOf } from './fixture.ts';

const Env = z.object({ ORDERS_TABLE: z.string(), QUOTE_FUNCTION: z.string() });

const placeOrder = () => {
  const stack = stackWith(['orders/place-order']);
  const table = new ServiceTable(stack, 'Table', { indexes: 1 });
  new ServiceFunction(stack, 'PlaceOrder', {
    entry: 'orders/place-order',
    env: Env,
    bind: {
      ORDERS_TABLE: writes(table, 'get', 'put', 'query:gsi1'),
      QUOTE_FUNCTION: invokes({ domain: 'pricing', name: 'quote' }),
    },
  });
  return stack;
};

describe('a service function', () => {
  it('may do what its bindings say and write its log, and nothing else', () => {
    const statements = statementsOf(templateOf(placeOrder()), 'PlaceOrderRole');
    expect(statements).toEqual([
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Logs/), 'Arn'] },
      },
      {
        Effect: 'Allow',
        Action: ['dynamodb:GetItem', 'dynamodb:PutItem'],
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Table/), 'Arn'] },
      },
      { Effect: 'Allow', Action: 'dynamodb:Query', Resource: expect.stringMatching(/^<Table.*Arn>\/index\/gsi1$/) },
      {
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Resource: 'arn:<Partition>:lambda:<Region>:<AccountId>:function:cartwright-dev-pricing-quote:live',
      },
    ]);
  });

  it('gets as environment what it is bound to', () => {
    templateOf(placeOrder()).hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'cartwright-dev-orders-place-order',
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Environment: {
        Variables: {
          CARTWRIGHT_LOG_LEVEL: 'info',
          ORDERS_TABLE: { Ref: Match.stringLikeRegexp('^Table') },
          QUOTE_FUNCTION: 'arn:<Partition>:lambda:<Region>:<AccountId>:function:cartwright-dev-pricing-quote:live',
        },
      },
      LoggingConfig: {
        LogGroup: { Ref: Match.stringLikeRegexp('^Logs') },
        LogFormat: 'JSON',
        SystemLogLevel: 'WARN',
        ApplicationLogLevel: 'TRACE',
      },
    });
  });

  it('is called through the alias live of its newest version', () => {
    templateOf(placeOrder()).hasResourceProperties('AWS::Lambda::Alias', {
      Name: 'live',
      FunctionVersion: { 'Fn::GetAtt': [Match.stringLikeRegexp('^PlaceOrderFunctionCurrentVersion'), 'Version'] },
    });
  });

  it('is deployed without its source map', () => {
    const stack = stackWith(['orders/place-order']);
    anyFunction(stack, 'orders/place-order');
    templateOf(stack);
    const out = join(stack.bundles, 'cdk.out');
    const assets = readdirSync(out).filter((name) => name.startsWith('asset.'));
    expect(assets.map((asset) => readdirSync(join(out, asset)))).toEqual([['index.mjs']]);
  });

  it('names its entry in its metadata, for tools that have only the template', () => {
    templateOf(placeOrder()).hasResource('AWS::Lambda::Function', {
      Metadata: { 'cartwright:entry': 'orders/place-order' },
    });
  });

  it('cannot be made before it is built', () => {
    const stack = stackWith([]);
    expect(() => anyFunction(stack, 'orders/place-order')).toThrow('npm run build');
  });

  it('cannot be of another domain than its stack', () => {
    const stack = stackWith(['carts/lock']);
    const make = () =>
      new ServiceFunction(stack, 'Lock', {
        entry: 'carts/lock',
        env: z.object({ A_TABLE: z.string() }),
        bind: { A_TABLE: setting('none') },
      });
    expect(make).toThrow('belongs to another domain');
  });

  it('does not compile with a missing, misspelt or additional variable', () => {
    const stack = stackWith(['orders/place-order']);
    const table = new ServiceTable(stack, 'Table');
    const entry = 'orders/place-order';
    const env = z.object({ ORDERS_TABLE: z.string() });
    const ORDERS_TABLE = reads(table, 'get');
    // @ts-expect-error ORDERS_TABLE is missing
    new ServiceFunction(stack, 'Missing', { entry, env, bind: {} });
    // @ts-expect-error ORDER_TABLE is not declared
    new ServiceFunction(stackWith([entry]), 'Misspelt', { entry, env, bind: { ORDER_TABLE: ORDERS_TABLE } });
    // @ts-expect-error reads() gives no leave to write
    expect(() => reads(table, 'put')).not.toThrow();
  });
});
