import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Case } from '../../contract-cases.ts';

export type Item = Record<string, AttributeValue>;

export const key = (pk: string, sk = 'a'): Item => ({ pk: { S: pk }, sk: { S: sk } });
export const item = (pk: string, sk = 'a', more: Item = {}): Item => ({ ...key(pk, sk), ...more });
export const count = (n: number | string): Item => ({ n: { N: String(n) } });

/** What a refused call says: its error name and the members that the product reads. */
export const refusal = async (call: Promise<unknown>): Promise<Record<string, unknown>> => {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const members = new Map(Object.entries(error));
    const [old, reasons] = [members.get('Item'), members.get('CancellationReasons')];
    return {
      name: error.name,
      message: error.message,
      ...(old === undefined ? {} : { Item: old }),
      ...(reasons === undefined ? {} : { CancellationReasons: reasons }),
    };
  }
  throw new Error('the call was not refused');
};

/** What an implementation with wordings of its own answered in another way. */
export interface Wordings {
  readonly own: boolean;
  readonly others: string[];
}

/** The implementation under test; its client and table are there once the suite has begun. */
export type Subject = ReturnType<typeof createSubject>;

export const createSubject = (
  opened: () => { readonly client: DynamoDBClient; readonly table: string },
  test: Case,
  wordings: Wordings,
) => ({
  get client() {
    return opened().client;
  },
  get TableName() {
    return opened().table;
  },
  put: async (Item: Item, more: object = {}) =>
    await opened().client.send(new PutItemCommand({ TableName: opened().table, Item, ...more })),
  get: async (Key: Item) =>
    (await opened().client.send(new GetItemCommand({ TableName: opened().table, Key, ConsistentRead: true }))).Item,
  /** Declares a case that an oracle may have as a listed difference. */
  test,
  /** How a ValidationException is worded; any way for an implementation with wordings of its own. */
  wording: (message: RegExp): unknown => ({
    asymmetricMatch(said: unknown): boolean {
      if (typeof said !== 'string' || said === '') return false;
      if (message.test(said)) return true;
      if (wordings.own) wordings.others.push(said);
      return wordings.own;
    },
    toString: () => `a text like ${message}`,
  }),
});
