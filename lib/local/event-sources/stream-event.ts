import type { Account, StreamRecord } from '../contracts.ts';

/** A stream's sequence number as Lambda gets it: 21 digits. */
export const sequenceNumber = (record: StreamRecord): string => String(record.sequence).padStart(21, '0');

/** Images are as large as items, so their text is passed on as it is wherever it is known. */
const textOf = (record: StreamRecord): NonNullable<StreamRecord['text']> =>
  record.text ?? {
    keys: JSON.stringify(record.keys),
    oldImage: record.oldImage === undefined ? undefined : JSON.stringify(record.oldImage),
    newImage: record.newImage === undefined ? undefined : JSON.stringify(record.newImage),
  };

const TTL_IDENTITY = '"userIdentity":{"type":"Service","principalId":"dynamodb.amazonaws.com"},';

/** The event that Lambda gives a function for a batch of a table's stream, as JSON text. */
export const streamEvent = (records: readonly StreamRecord[], streamArn: string, account: Account): string => {
  const common = `"eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"${account.region}","eventSourceARN":"${streamArn}"`;
  const texts = records.map((record) => {
    const { keys, oldImage, newImage } = textOf(record);
    const images = `${newImage === undefined ? '' : `"NewImage":${newImage},`}${oldImage === undefined ? '' : `"OldImage":${oldImage},`}`;
    const change = `"ApproximateCreationDateTime":${Math.floor(record.createdAt / 1000)},"Keys":${keys},${images}"SequenceNumber":"${sequenceNumber(record)}","StreamViewType":"NEW_AND_OLD_IMAGES"`;
    const identity = record.expired === true ? TTL_IDENTITY : '';
    return `{"eventID":"${record.eventID}","eventName":"${record.eventName}",${identity}"dynamodb":{${change}},${common}}`;
  });
  return `{"Records":[${texts.join(',')}]}`;
};

/** What a failure destination gets for a batch that is given up: where it is in the stream, not the records. */
export const failureNotice = (of: {
  readonly records: readonly StreamRecord[];
  readonly condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
  readonly attempts: number;
  readonly functionArn: string;
  readonly streamArn: string;
  readonly requestId: string;
  readonly now: number;
}): string => {
  const time = (record: StreamRecord | undefined): string => new Date(record?.createdAt ?? of.now).toISOString();
  const first = of.records[0];
  const last = of.records.at(-1);
  return JSON.stringify({
    requestContext: {
      requestId: of.requestId,
      functionArn: of.functionArn,
      condition: of.condition,
      approximateInvokeCount: of.attempts,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: new Date(of.now).toISOString(),
    DDBStreamBatchInfo: {
      shardId: 'shardId-00000000000000000000-00000000',
      startSequenceNumber: first === undefined ? '' : sequenceNumber(first),
      endSequenceNumber: last === undefined ? '' : sequenceNumber(last),
      approximateArrivalOfFirstRecord: time(first),
      approximateArrivalOfLastRecord: time(last),
      batchSize: of.records.length,
      streamArn: of.streamArn,
    },
  });
};
