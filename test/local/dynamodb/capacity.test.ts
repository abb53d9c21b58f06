import { expect, test } from 'vitest';
import { askingForCapacity, consumption } from '../../../lib/local/dynamodb/capacity.ts';

const capacity = '"ConsumedCapacity":{"TableName":"t","CapacityUnits":1.5,"Table":{"CapacityUnits":1.5}}';
const read = (body: string, input = {}) => {
  const { units, answer } = consumption({ status: 200, body }, input);
  return [units, answer.body];
};

test.each([
  ['alone', `{${capacity}}`, '{}'],
  ['first', `{${capacity},"Item":{"a":{"S":"x"}}}`, '{"Item":{"a":{"S":"x"}}}'],
  ['last', `{"Item":{"a":{"S":"x"}},${capacity}}`, '{"Item":{"a":{"S":"x"}}}'],
  ['in the middle', `{"Count":0,${capacity},"Items":[]}`, '{"Count":0,"Items":[]}'],
])('the capacity %s is counted and taken out', (_where, body, expected) => {
  expect(read(body)).toEqual([1.5, expected]);
});

test('the capacity stays when the caller asked for it', () => {
  expect(read(`{${capacity}}`, { ReturnConsumedCapacity: 'TOTAL' })).toEqual([1.5, `{${capacity}}`]);
});

test('the capacities of several tables are added', () => {
  expect(
    read(
      '{"Responses":{},"ConsumedCapacity":[{"TableName":"a","CapacityUnits":2.0},{"TableName":"b","CapacityUnits":4.0}]}',
    ),
  ).toEqual([6, '{"Responses":{}}']);
});

test('an attribute of that name is data', () => {
  const body = '{"Item":{"ConsumedCapacity":{"M":{"TableName":{"S":"x"}}}}}';
  expect(read(body)).toEqual([0, body]);
});

test.each([
  ['{"TableName":"t"}', {}, '{"ReturnConsumedCapacity":"TOTAL","TableName":"t"}'],
  [
    '{"TableName":"t","ReturnConsumedCapacity":"INDEXES"}',
    { ReturnConsumedCapacity: 'INDEXES' },
    '{"TableName":"t","ReturnConsumedCapacity":"INDEXES"}',
  ],
  [
    '{"TableName":"t","ReturnConsumedCapacity":"NONE"}',
    { ReturnConsumedCapacity: 'NONE' },
    '{"TableName":"t","ReturnConsumedCapacity":"TOTAL"}',
  ],
])('%s asks the engine for the capacity', (body, more, expected) => {
  expect(askingForCapacity(body, { TableName: 't', ...more })).toBe(expected);
});
