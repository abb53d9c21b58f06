import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import {
  allOf,
  type Binding,
  getsObjects,
  machineRef,
  addsUsageKeys,
  movesUsageKeys,
  removesUsageKeys,
  publishes,
  putsObjects,
  reads,
  readsParameter,
  readsSecret,
  makesSecrets,
  readsSecrets,
  rotatesSecret,
  sends,
  setting,
  starts,
  startsSync,
  type WriteOperation,
  writes,
} from '../../lib/constructs/bind.ts';
import { systemBucket } from '../../lib/constructs/platform.ts';
import { stackWith } from './fixture.ts';

const table = { tableName: 'orders-table', tableArn: 'arn:table' };
const stack = stackWith([]);

/** Value and grants as text: pseudo parameters by name. */
const bound = (binding: Binding) => {
  const text = (value: string) => value.replaceAll(/\$\{Token\[AWS\.(\w+)\.\d+\]\}/g, '<$1>');
  const { value, grants } = binding(stack);
  return {
    value: text(value),
    grants: grants.map(({ actions, resources }) => `${actions.join()} on ${resources.map(text).join()}`),
  };
};

describe('a binding', () => {
  it.each([
    ['get', 'dynamodb:GetItem on arn:table'],
    ['batchGet', 'dynamodb:BatchGetItem on arn:table'],
    ['query', 'dynamodb:Query on arn:table'],
    ['query:gsi2', 'dynamodb:Query on arn:table/index/gsi2'],
    ['describe', 'dynamodb:DescribeTable on arn:table'],
    ['put', 'dynamodb:PutItem on arn:table'],
    ['update', 'dynamodb:UpdateItem on arn:table'],
    ['delete', 'dynamodb:DeleteItem on arn:table'],
    ['check', 'dynamodb:ConditionCheckItem on arn:table'],
  ] satisfies [WriteOperation, string][])('to a table with %s allows %s', (operation, grant) => {
    expect(bound(writes(table, operation))).toEqual({ value: 'orders-table', grants: [grant] });
  });

  it('to a workflow allows to start it in the one way that is asked for', () => {
    const arn = 'arn:<Partition>:states:<Region>:<AccountId>:stateMachine:cartwright-dev-orders-checkout';
    const machine = machineRef('orders', 'checkout');
    expect(bound(startsSync(machine))).toEqual({ value: arn, grants: [`states:StartSyncExecution on ${arn}`] });
    expect(bound(starts(machine))).toEqual({ value: arn, grants: [`states:StartExecution on ${arn}`] });
  });

  it('to the bus allows to put events there', () => {
    expect(bound(publishes())).toEqual({
      value: 'cartwright-dev-platform',
      grants: ['events:PutEvents on arn:<Partition>:events:<Region>:<AccountId>:event-bus/cartwright-dev-platform'],
    });
  });

  it('to a queue allows to send', () => {
    const queue = new Queue(stack, 'Queue');
    const { value, grants } = sends(queue)(stack);
    expect(value).toBe(queue.queueUrl);
    expect(grants).toEqual([{ actions: ['sqs:SendMessage'], resources: [queue.queueArn] }]);
  });

  it('to a secret allows to read it, or to read and replace it', () => {
    const secret = new Secret(stack, 'Secret');
    const read = 'secretsmanager:GetSecretValue';
    expect(readsSecret(secret)(stack).grants).toEqual([{ actions: [read], resources: [secret.secretArn] }]);
    expect(rotatesSecret(secret)(stack).grants).toEqual([
      { actions: [read, 'secretsmanager:PutSecretValue'], resources: [secret.secretArn] },
    ]);
  });

  it("to the platform's bucket allows one direction below one prefix", () => {
    const [put] = putsObjects(systemBucket, 'imports/')(stack).grants;
    expect(put?.actions).toEqual(['s3:PutObject']);
    expect(put?.resources[0]).toMatch(/:s3:::.*\/imports\/\*$/);
    expect(getsObjects(systemBucket, 'imports/')(stack).grants[0]?.actions).toEqual(['s3:GetObject']);
  });

  it('to a parameter names it in full', () => {
    expect(bound(readsParameter('/platform/bus-arn'))).toEqual({
      value: '/cartwright/dev/platform/bus-arn',
      grants: [
        'ssm:GetParameter on arn:<Partition>:ssm:<Region>:<AccountId>:parameter/cartwright/dev/platform/bus-arn',
      ],
    });
  });

  it('to the usage keys allows to add, to move or to remove them, and nothing to plans', () => {
    const arn = 'arn:<Partition>:apigateway:<Region>::';
    const added = {
      value: '/cartwright/dev/access/plan-',
      grants: [
        'ssm:GetParameter on arn:<Partition>:ssm:<Region>:<AccountId>:parameter/cartwright/dev/access/plan-*',
        `apigateway:POST on ${arn}/apikeys,${arn}/usageplans/*/keys`,
        `apigateway:GET on ${arn}/apikeys`,
      ],
    };
    expect(bound(addsUsageKeys())).toEqual(added);
    expect(bound(movesUsageKeys())).toEqual({
      ...added,
      grants: [...added.grants, `apigateway:DELETE on ${arn}/usageplans/*/keys/*`],
    });
    expect(bound(removesUsageKeys())).toEqual({
      value: '/apikeys',
      grants: [`apigateway:GET on ${arn}/apikeys`, `apigateway:DELETE on ${arn}/apikeys/*`],
    });
  });

  it('to the secrets of a domain allows to read or to make those of this stage, and no other', () => {
    const below = 'arn:<Partition>:secretsmanager:<Region>:<AccountId>:secret:cartwright/dev/orders/*';
    const value = 'cartwright/dev/orders/';
    expect(bound(readsSecrets())).toEqual({ value, grants: [`secretsmanager:GetSecretValue on ${below}`] });
    expect(bound(makesSecrets())).toEqual({
      value,
      grants: [`secretsmanager:CreateSecret,secretsmanager:PutSecretValue on ${below}`],
    });
  });

  it('to a plain value allows nothing', () => {
    expect(bound(setting('dev'))).toEqual({ value: 'dev', grants: [] });
  });

  it('can be several of one value, and not of two', () => {
    expect(bound(allOf(reads(table, 'get'), writes(table, 'put'))).grants).toHaveLength(2);
    expect(() => bound(allOf(reads(table, 'get'), setting('another')))).toThrow('one and the same value');
  });
});
