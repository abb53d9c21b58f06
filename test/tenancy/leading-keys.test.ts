import { App, Stack } from 'aws-cdk-lib/core';
import { describe, expect, it } from 'vitest';
import { rightsOf } from '../../lib/constructs/tenant-wall.ts';
import { createAccessReader } from '../../lib/local/dynamodb/access.ts';
import { createAuthorizer } from '../../lib/local/iam/authorizer.ts';
import { parsePolicy } from '../../lib/local/iam/documents.ts';

/**
 * What IAM lets a session do with the very statements that the constructs write, for every operation of DynamoDB that
 * names keys and for those that name none. The expected answers are AWS's: `dynamodb:LeadingKeys` holds the partition key
 * of every item that a request names (of the index, where it asks an index), and nothing for a scan.
 */
const ACTIONS = ['GetItem', 'BatchGetItem', 'Query', 'Scan', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem']
  .concat('ConditionCheckItem')
  .map((action) => `dynamodb:${action}`);
const ARN = 'arn:aws:dynamodb:eu-central-1:111111111111:table/t';
const account = { accountId: '111111111111', region: 'eu-central-1', partition: 'aws' } as const;
const table = {
  name: 't',
  arn: ARN,
  keys: { hash: 'pk', range: 'sk' },
  indexes: { gsi1: { hash: 'gsi1pk', range: 'gsi1sk' } },
  slot: 0,
  shard: 0,
};
const reader = createAccessReader(account, (name) => (name === 't' ? table : undefined));

const documentOf = (items: 'tenant' | 'system') => {
  const { own, ofTenant } = rightsOf([{ actions: ACTIONS, resources: [ARN, `${ARN}/index/gsi1`], items }], true);
  const stack = new Stack(new App({ builtinCloudFormationValidation: false }), 'S');
  const statements = [...own, ...ofTenant].map((statement) => statement.toStatementJson());
  return parsePolicy({ Version: '2012-10-17', Statement: stack.resolve(statements) }, 'data');
};

type Session = { readonly tags: Readonly<Record<string, string>> };
const sessionOf = (tenant: string): Session => ({ tags: { tenant } });

const isAllowed = (items: 'tenant' | 'system', session: Session, operation: string, input: Record<string, unknown>) => {
  const authorize = createAuthorizer({
    account,
    principal: { kind: 'role', arn: 'arn:aws:iam::111111111111:role/data', session: { name: 's', ...session } },
    tags: {},
    policies: [{ name: 'data', document: documentOf(items) }],
    mark: new SharedArrayBuffer(4),
  });
  try {
    for (const access of reader.of(operation, input)) authorize(access);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'AccessDeniedException' });
    return false;
  }
};

const key = (pk: string) => ({ pk: { S: pk }, sk: { S: 'x' } });
const one = (pk: string) => ({ TableName: 't', Key: key(pk) });
const query = (pk: string, IndexName?: string) => ({
  TableName: 't',
  ...(IndexName === undefined ? {} : { IndexName }),
  KeyConditionExpression: '#p = :p AND begins_with(#s, :s)',
  ExpressionAttributeNames: { '#p': IndexName === undefined ? 'pk' : `${IndexName}pk`, '#s': 'sk' },
  ExpressionAttributeValues: { ':p': { S: pk }, ':s': { S: 't#tnt_b#' } },
});
const put = (pk: string) => ({ Put: { TableName: 't', Item: key(pk) } });

/** An operation with one item of A's, with one of B's, and with one of each, as far as it can. */
const OPERATIONS: readonly (readonly [string, (...pks: readonly [string, ...string[]]) => Record<string, unknown>])[] =
  [
    ['GetItem', (pk) => one(pk)],
    ['UpdateItem', (pk) => ({ ...one(pk), UpdateExpression: 'SET a = :a' })],
    ['DeleteItem', (pk) => one(pk)],
    ['PutItem', (pk) => ({ TableName: 't', Item: key(pk) })],
    ['Query', (pk) => query(pk)],
    ['Query', (pk) => query(pk, 'gsi1')],
    ['BatchGetItem', (...pks) => ({ RequestItems: { t: { Keys: pks.map(key) } } })],
    ['BatchWriteItem', (...pks) => ({ RequestItems: { t: pks.map((pk) => ({ PutRequest: { Item: key(pk) } })) } })],
    ['BatchWriteItem', (...pks) => ({ RequestItems: { t: pks.map((pk) => ({ DeleteRequest: { Key: key(pk) } })) } })],
    ['TransactWriteItems', (...pks) => ({ TransactItems: pks.map(put) })],
    ['TransactWriteItems', (...pks) => ({ TransactItems: pks.map((pk) => ({ Update: one(pk) })) })],
    ['TransactWriteItems', (...pks) => ({ TransactItems: pks.map((pk) => ({ Delete: one(pk) })) })],
    ['TransactWriteItems', (...pks) => ({ TransactItems: pks.map((pk) => ({ ConditionCheck: one(pk) })) })],
    ['TransactGetItems', (...pks) => ({ TransactItems: pks.map((pk) => ({ Get: one(pk) })) })],
  ];

const A = 't#tnt_a#cart#1';
const OTHERS = ['t#tnt_b#cart#1', 't#tnt_ab#cart#1', 't#tnt_a', 'T#tnt_a#cart', 's#key#1', 'due#1', ''] as const;

describe.each(OPERATIONS)("%s by a tenant's session", (operation, input) => {
  it("is allowed on the tenant's items", () => {
    expect(isAllowed('tenant', sessionOf('tnt_a'), operation, input(A))).toBe(true);
  });

  it.each(OTHERS)('is refused on items of %s', (pk) => {
    expect(isAllowed('tenant', sessionOf('tnt_a'), operation, input(pk))).toBe(false);
  });

  it('is refused to a session without the tag, or of nobody', () => {
    expect(isAllowed('tenant', { tags: {} }, operation, input(A))).toBe(false);
    expect(isAllowed('tenant', sessionOf(''), operation, input(A))).toBe(false);
    expect(isAllowed('tenant', { tags: { tenants: 'tnt_a' } }, operation, input(A))).toBe(false);
  });

  if (/^(Batch|Transact)/.test(operation)) {
    it("is refused when one of many items is another tenant's, wherever it stands", () => {
      expect(isAllowed('tenant', sessionOf('tnt_a'), operation, input(A, 't#tnt_a#cart#2'))).toBe(true);
      expect(isAllowed('tenant', sessionOf('tnt_a'), operation, input(A, 't#tnt_b#cart#1'))).toBe(false);
      expect(isAllowed('tenant', sessionOf('tnt_a'), operation, input('t#tnt_b#cart#1', A))).toBe(false);
    });
  }

  it("is allowed on the system's items to who is bound to these, and on no tenant's", () => {
    expect(isAllowed('system', { tags: {} }, operation, input('s#key#1'))).toBe(true);
    expect(isAllowed('system', { tags: {} }, operation, input(A))).toBe(false);
    expect(isAllowed('system', sessionOf('tnt_a'), operation, input(A))).toBe(false);
  });
});

describe('a request that names no key', () => {
  it.each([
    ['Scan', { TableName: 't' }],
    ['Scan', { TableName: 't', IndexName: 'gsi1' }],
    ['Scan', { TableName: 't', FilterExpression: 'pk = :p', ExpressionAttributeValues: { ':p': { S: A } } }],
    ['Query', { TableName: 't', KeyConditionExpression: 'sk = :p', ExpressionAttributeValues: { ':p': { S: A } } }],
    ['GetItem', { TableName: 't', Key: { sk: { S: A } } }],
  ])('is never allowed: %s %o', (operation, input) => {
    for (const items of ['tenant', 'system'] as const)
      expect(isAllowed(items, sessionOf('tnt_a'), operation, input)).toBe(false);
  });
});
