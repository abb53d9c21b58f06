import { AwsError } from '../aws-error.ts';
import type { JsonObject } from '../json.ts';
import { isObject } from '../json.ts';
import { tableNameOf } from './catalog.ts';
import type { TableLookup } from './catalog.ts';
import type { Operation } from './counters.ts';

/**
 * Requests that the engine would take although AWS refuses them. The engine knows tables of its own (the lagging copies
 * of rough weather); to a caller they do not exist.
 */
export const correctRequest = (operation: Operation, input: JsonObject, tables: TableLookup): void => {
  const named =
    operation === 'BatchGetItem' || operation === 'BatchWriteItem'
      ? Object.keys(isObject(input['RequestItems']) ? input['RequestItems'] : {})
      : typeof input['TableName'] === 'string'
        ? [input['TableName']]
        : [];
  for (const name of named) {
    if (tables(tableNameOf(name)) === undefined) {
      throw new AwsError('ResourceNotFoundException', 'Requested resource not found');
    }
  }
};
