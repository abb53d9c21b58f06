import type { Account, AuthorizationRequest } from '../contracts.ts';
import { isArray, isObject } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { tableArn, tableNameOf } from './catalog.ts';
import type { TableLookup } from './catalog.ts';
import { attributesOf, leadingKeyOf, leadingKeyOfQuery } from './leading-keys.ts';

export type Access = Omit<AuthorizationRequest, 'principal'>;

export interface AccessReader {
  /** What the caller must be allowed to do for this request, per item where IAM decides per item. */
  of(operation: string, input: JsonObject): readonly Access[];
}

const TRANSACT_ACTIONS: Readonly<Record<string, string>> = {
  Put: 'dynamodb:PutItem',
  Update: 'dynamodb:UpdateItem',
  Delete: 'dynamodb:DeleteItem',
  ConditionCheck: 'dynamodb:ConditionCheckItem',
  Get: 'dynamodb:GetItem',
};

const objectsOf = (value: unknown): readonly JsonObject[] => (isArray(value) ? value.filter(isObject) : []);

export const createAccessReader = (account: Account, tables: TableLookup): AccessReader => {
  const arns = new Map<string, string>();
  const arnOf = (name: string, index?: string): string => {
    const key = index === undefined ? name : `${name}/index/${index}`;
    const known = arns.get(key);
    if (known !== undefined) return known;
    const made = tableArn(account, key);
    arns.set(key, made);
    return made;
  };

  /** Context keys are getters where they cost something: they run only when a policy asks for them. */
  const access = (
    action: string,
    resource: string,
    input: JsonObject,
    leadingKeys: () => readonly string[],
    enclosing?: string,
  ): Access => ({
    action,
    resource,
    context: {
      get 'dynamodb:leadingkeys'() {
        return leadingKeys();
      },
      get 'dynamodb:attributes'() {
        return attributesOf(input);
      },
      ...(typeof input['Select'] === 'string' ? { 'dynamodb:select': input['Select'] } : {}),
      ...(typeof input['ReturnValues'] === 'string' ? { 'dynamodb:returnvalues': input['ReturnValues'] } : {}),
      ...(enclosing === undefined ? {} : { 'dynamodb:enclosingoperation': enclosing }),
    },
  });

  const ofItem = (action: string, input: JsonObject, enclosing?: string): Access => {
    const name = tableNameOf(input['TableName']);
    const leading = () => leadingKeyOf(input['Item'] ?? input['Key'], tables(name)?.keys);
    return access(action, arnOf(name), input, leading, enclosing);
  };

  const ofIndexed = (action: string, input: JsonObject): Access => {
    const name = tableNameOf(input['TableName']);
    const index = input['IndexName'];
    if (typeof index !== 'string')
      return access(action, arnOf(name), input, () => leadingKeyOfQuery(input, tables(name)?.keys));
    return access(action, arnOf(name, index), input, () => leadingKeyOfQuery(input, tables(name)?.indexes[index]));
  };

  const ofTransaction = (operation: string, input: JsonObject): readonly Access[] =>
    objectsOf(input['TransactItems']).flatMap((item) =>
      Object.entries(item).flatMap(([kind, part]) => {
        const action = TRANSACT_ACTIONS[kind];
        return action === undefined || !isObject(part) ? [] : [ofItem(action, part, operation)];
      }),
    );

  const keysOfBatch = (requests: unknown): readonly unknown[] => {
    if (isObject(requests)) return isArray(requests['Keys']) ? requests['Keys'] : [];
    return objectsOf(requests).flatMap((request) =>
      Object.values(request).flatMap((part) => (isObject(part) ? [part['Item'] ?? part['Key']] : [])),
    );
  };

  const ofBatch = (action: string, input: JsonObject): readonly Access[] =>
    Object.entries(isObject(input['RequestItems']) ? input['RequestItems'] : {}).map(([table, requests]) => {
      const name = tableNameOf(table);
      const leading = () => keysOfBatch(requests).flatMap((key) => leadingKeyOf(key, tables(name)?.keys));
      return access(action, arnOf(name), isObject(requests) ? requests : {}, leading);
    });

  return {
    of(operation, input) {
      switch (operation) {
        case 'Query':
        case 'Scan':
          return [ofIndexed(`dynamodb:${operation}`, input)];
        case 'TransactWriteItems':
        case 'TransactGetItems':
          return ofTransaction(operation, input);
        case 'BatchGetItem':
        case 'BatchWriteItem':
          return ofBatch(`dynamodb:${operation}`, input);
        case 'ListTables':
          return [{ action: 'dynamodb:ListTables', resource: '*' }];
        default:
          return [ofItem(`dynamodb:${operation}`, input)];
      }
    },
  };
};
