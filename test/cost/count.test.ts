import { describe, expect, it } from 'vitest';
import { usageOf } from '../../cost/count.ts';
import { quiet, stageOf, text } from './fixtures.ts';

const WARM = { share: 0, initMs: {} };

describe('what the meter counted becomes billable units', () => {
  it.each([
    ['a REST API request', { 'apigateway.requests': 3 }, { apiRequest: 3 }],
    [
      'DynamoDB units',
      { 'dynamodb.writeUnits': 5, 'dynamodb.readUnits': 0.5 },
      { dynamodbWrite: 5, dynamodbRead: 0.5 },
    ],
    ['bus events, by 64 kB', { 'events.published': 4, 'events.bytes': 200_000 }, { busEvent: 4 }],
    [
      'every request to a queue, but not a dead letter twice',
      { 'sqs.SendMessage': 3, 'sqs.ReceiveMessage': 2, 'sqs.DeleteMessage': 2, 'sqs.deadLetters': 1 },
      { queueRequest: 7 },
    ],
    ['transitions of a Standard workflow', { 'states.standard.transitions': 9 }, { transition: 9 }],
    ['runs of schedules', { 'scheduler.invocations': 2 }, { schedule: 2 }],
    [
      'secrets and parameters that were read',
      { 'secretsmanager.GetSecretValue': 2, 'ssm.GetParameter': 1 },
      { secretCall: 2, parameterCall: 1 },
    ],
    [
      'S3: writes and lists, reads, and deletions for nothing',
      { 's3.PutObject': 1, 's3.ListObjectsV2': 1, 's3.GetObject': 3, 's3.HeadObject': 1, 's3.DeleteObject': 8 },
      { s3Write: 2, s3Read: 4 },
    ],
  ])('%s', (_what, counts: Readonly<Record<string, number>>, expected) => {
    expect(usageOf(counts, stageOf({}), WARM)).toEqual(expected);
  });

  it('an archive of the bus is billed by the events that go into it', () => {
    const counts = { 'events.published': 1, 'events.bytes': 2_000_000_000 };
    expect(usageOf(counts, stageOf({}, { archiveDays: 30 }), WARM)).toEqual({ busEvent: 1, archivedGb: 2 });
  });

  it('a duration is rounded up to a millisecond and billed by memory', () => {
    const counts = { 'lambda.invocations': 1000, 'lambda.invocations.f': 1000, 'lambda.cpu.f': 1_000_000 };
    const usage = usageOf(counts, stageOf({ f: quiet }), WARM);
    // 1 ms of a whole core is 3.46 ms of the share that 512 MB get: 4 ms of half a GB, a thousand times.
    expect(usage).toEqual({ lambdaRequest: 1000, lambdaGbSecond: 2 });
  });

  it('of the share that finds no environment, the loading of the bundle is billed', () => {
    const counts = { 'lambda.invocations': 1000, 'lambda.invocations.f': 1000, 'lambda.cpu.f': 1_000_000 };
    const usage = usageOf(counts, stageOf({ f: quiet }), { share: 0.1, initMs: { f: 60 } });
    expect(usage.lambdaGbSecond).toBeCloseTo(2 + 1000 * 0.1 * 0.06 * 0.5, 9);
  });

  it('an Express workflow is billed by 100 ms of 64 MB', () => {
    const machine = { name: 'm', type: 'EXPRESS' as const, tasks: ['f', 'f'] };
    const counts = {
      'states.express.requests': 10,
      'lambda.invocations': 20,
      'lambda.invocations.f': 20,
      'lambda.requests.f.dynamodb.TransactWriteItems': 80,
    };
    // Two tasks of 15 ms around 60 ms each: 150 ms, billed as 200.
    const usage = usageOf(counts, stageOf({ f: quiet }, { machines: [machine] }), WARM);
    expect(usage).toMatchObject({ expressRequest: 10, expressGbSecond: 10 * 0.2 * 0.0625 });
  });

  it("as text, Lambda's own lines and prefixes are logged too; as JSON at WARN only what is printed", () => {
    const counts = {
      'lambda.invocations': 2,
      'lambda.invocations.f': 2,
      'lambda.logBytes': 1000,
      'lambda.logEvents': 4,
    };
    const bytes = (facts: typeof text): number => (usageOf(counts, stageOf({ f: facts }), WARM).logGb ?? 0) * 1e9;
    expect(bytes(text)).toBeCloseTo(1000 + 2 * 260 + 4 * 67, 6);
    expect(bytes(quiet)).toBeCloseTo(1000, 6);
    expect(bytes({ ...quiet, systemLogLevel: 'INFO' })).toBeCloseTo(1000 + 2 * 610, 6);
  });

  it('logs are kept and billed for as long as their group says', () => {
    const kept = (days: number) =>
      usageOf({ 'lambda.logBytes': 1e9 }, stageOf({}, { logRetentionDays: days }), WARM).logGbMonth;
    expect([kept(30), kept(90)]).toEqual([1, 3]);
  });
});
