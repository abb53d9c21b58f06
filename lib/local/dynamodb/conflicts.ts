import { AwsError } from '../aws-error.ts';
import type { Weather } from '../contracts.ts';
import { isArray, isObject } from '../json.ts';
import type { JsonObject } from '../json.ts';
import type { Operation } from './counters.ts';

/** How often a write meets another one, or its table's limits, in rough weather. */
const TROUBLE = 0.05;

const throttled = (code: 'ProvisionedThroughputExceededException' | 'ThrottlingException'): AwsError =>
  new AwsError(
    code,
    code === 'ThrottlingException'
      ? 'Rate of requests exceeds the allowed throughput.'
      : 'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.',
  );

/** AWS: the transaction is refused as a whole, with a reason for each action in their order. */
const conflicted = (actions: number, at: number): AwsError => {
  const reasons = Array.from({ length: actions }, (_, index) =>
    index === at ? { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' } : { Code: 'None' },
  );
  const codes = reasons.map((reason) => reason.Code).join(', ');
  return new AwsError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    400,
    { CancellationReasons: reasons },
  );
};

const SINGLE_WRITES: ReadonlySet<Operation> = new Set(['PutItem', 'UpdateItem', 'DeleteItem']);

/**
 * In rough weather, one write in twenty is refused before it happens, as DynamoDB refuses one that meets a running
 * transaction or is above the throughput of its partition. Throws that refusal.
 */
export const meetTrouble = (operation: Operation, input: JsonObject, weather: Weather): void => {
  if (!weather.rough) return;
  if (operation === 'TransactWriteItems' || operation === 'TransactGetItems') {
    const actions = isArray(input['TransactItems']) ? input['TransactItems'].length : 0;
    if (actions > 0 && weather.roll(TROUBLE)) throw conflicted(actions, Math.floor(weather.delay(actions)));
    return;
  }
  if (!SINGLE_WRITES.has(operation) || !weather.roll(TROUBLE)) return;
  if (weather.roll(0.34)) throw new AwsError('TransactionConflictException', 'Transaction is ongoing for the item');
  throw throttled(weather.roll(0.5) ? 'ThrottlingException' : 'ProvisionedThroughputExceededException');
};

/** A batch split by what DynamoDB does at once and what it hands back for another try. */
export interface SplitBatch {
  readonly input: JsonObject;
  readonly unprocessed: JsonObject;
}

/**
 * In rough weather, one batch in twenty is not done whole: its last request comes back as unprocessed. A batch of one
 * is done.
 */
export const splitBatch = (input: JsonObject, weather: Weather): SplitBatch | undefined => {
  const items = input['RequestItems'];
  if (!weather.rough || !isObject(items) || !weather.roll(TROUBLE)) return undefined;
  const [table, requests] = Object.entries(items).at(-1) ?? [];
  if (table === undefined) return undefined;
  if (isArray(requests)) {
    if (requests.length < 2) return undefined;
    return {
      input: { ...input, RequestItems: { ...items, [table]: requests.slice(0, -1) } },
      unprocessed: { [table]: requests.slice(-1) },
    };
  }
  const keys = isObject(requests) ? requests['Keys'] : undefined;
  if (!isObject(requests) || !isArray(keys) || keys.length < 2) return undefined;
  return {
    input: { ...input, RequestItems: { ...items, [table]: { ...requests, Keys: keys.slice(0, -1) } } },
    unprocessed: { [table]: { ...requests, Keys: keys.slice(-1) } },
  };
};
