import { randomUUID } from 'node:crypto';
import { CreateStateMachineCommand, SFNClient, StartSyncExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll } from 'vitest';
import { oracleUrl } from '../contract-cases.ts';
import { statesContract } from './contract.ts';

const client = new SFNClient({
  endpoint: oracleUrl('MINISTACK_URL'),
  region: 'eu-central-1',
  credentials: { accessKeyId: '111111111111', secretAccessKey: 'local' },
  disableHostPrefix: true,
});
afterAll(() => client.destroy());

const nothing = 'ministack reads a path that finds nothing as null; AWS fails the execution';
const noSlices = 'ministack has no filters, slices or unions in paths';
const noIntrinsicFailure = 'ministack has no States.IntrinsicFailure';
const differences = {
  [String.raw`StringMatches "a\\*b" holds for "a*b", not for "axb"`]: 'ministack has no escapes in StringMatches',
  'IsTimestamp true holds for "2016-08-18T17:33:00Z", not for "2016-08-18"': 'ministack takes a date for a timestamp',
  'TimestampLessThanPath compares with another place of the input': 'ministack has no Path operators for timestamps',
  'what is null is present': 'ministack takes null for absent',
  'any other rule fails on what is not there': nothing,
  'a ResultPath replaces a member of a list': 'ministack has no lists in a ResultPath',
  'fails with ResultPathMatchFailure where the input has no place for the result': 'ministack overwrites what is there',
  'a path that finds nothing fails the execution with States.Runtime, and says which': nothing,
  'a path does not reach into prototypes': nothing,
  '$.store.book[-1].title finds "C"': noSlices,
  '$..price finds [8,12,9]': noSlices,
  '$.store.book[0:2].price finds [8,12]': noSlices,
  '$.store.book[0,2].price finds [8,9]': noSlices,
  "$.store.book[1]['title','price'] finds [\"B\",12]": noSlices,
  [String.raw`States.Format('{} and {}', $.data, 4) is "{\"a\":1,\"b\":[true]} and 4"`]:
    "ministack formats an object as Python's text",
  'States.ArrayRange(3, 1, -1) is [3,2,1]': 'ministack has no negative steps',
  "States.StringToJson('{') fails with IntrinsicFailure": noIntrinsicFailure,
  "States.Format('{} {}', 1) fails with IntrinsicFailure": noIntrinsicFailure,
  'States.ArrayLength($.name) fails with IntrinsicFailure': noIntrinsicFailure,
  'States.ArrayGetItem($.numbers, 99) fails with IntrinsicFailure': noIntrinsicFailure,
  'Map fails when the items are no list': 'ministack takes an object as a list of one',
};

statesContract(
  'state machines of ministack',
  async (definition, input) => {
    const { stateMachineArn } = await client.send(
      new CreateStateMachineCommand({
        name: randomUUID(),
        type: 'EXPRESS',
        roleArn: 'arn:aws:iam::111111111111:role/any',
        definition: JSON.stringify(definition),
      }),
    );
    const asked = { stateMachineArn, input: JSON.stringify(input) };
    const { status, output, error, cause } = await client.send(new StartSyncExecutionCommand(asked));
    return { status, error, cause, output: output === undefined ? undefined : JSON.parse(output) };
  },
  differences,
);
