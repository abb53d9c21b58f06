import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';

/** Plain values to DynamoDB's JSON; members that are undefined are left out, at any depth. */
export const toWire = (item: Readonly<Record<string, unknown>>): Record<string, AttributeValue> =>
  marshall(item, { removeUndefinedValues: true });

export const fromWire = (item: Record<string, AttributeValue>): Record<string, unknown> => unmarshall(item);
