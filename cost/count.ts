import { type Counts, durationsOf } from './durations.ts';
import type { FunctionFacts, Stage } from './stage.ts';
import type { Usage } from './usage.ts';

const GB = 1e9;
/** Step Functions bills an Express workflow's time in steps of 100 ms and its memory in steps of 64 MB; ours need one. */
const EXPRESS_STEP_MS = 100;
const EXPRESS_GB = 64 / 1024;
/**
 * What Lambda adds to a function's log (as text): START, END and REPORT of each invocation, and before each printed line
 * the time, the request's id and the level.
 */
const PLATFORM_BYTES = 66 + 52 + 142;
const PREFIX_BYTES = 67;
/** The same as JSON: the start and the report. At the level WARN both are left out, and a printed JSON line stays as it is. */
const PLATFORM_JSON_BYTES = 190 + 420;

const S3_READS = new Set(['GetObject', 'HeadObject', 'HeadBucket']);
const S3_FREE = new Set(['DeleteObject', 'DeleteObjects', 'AbortMultipartUpload']);

const total = (counts: Counts, prefix: string): number =>
  Object.entries(counts)
    .filter(([name]) => name.startsWith(prefix))
    .reduce((sum, [, count]) => sum + count, 0);

/** Bytes that Lambda adds to the log of a function. */
const addedBytes = (facts: FunctionFacts, invocations: number): number => {
  if (facts.logFormat === 'Text') return invocations * PLATFORM_BYTES;
  return facts.systemLogLevel === 'WARN' ? 0 : invocations * PLATFORM_JSON_BYTES;
};

const SQS_FREE = new Set(['sqs.deadLetters']);

/**
 * The billable units of what the meter counted. Reads of a stream by Lambda, deliveries of the bus inside an account and
 * deletions by expiry cost nothing.
 * @param cold `share` of the invocations find no environment: each is billed the loading of the function's bundle (`initMs`)
 */
export const usageOf = (
  counts: Counts,
  stage: Stage,
  cold: { readonly share: number; readonly initMs: Readonly<Record<string, number>> },
): Usage => {
  const durations = durationsOf(counts, stage);
  let gbSeconds = 0;
  let logBytes = counts['lambda.logBytes'] ?? 0;
  let isText = false;
  for (const [name, facts] of Object.entries(stage.functions)) {
    const invocations = counts[`lambda.invocations.${name}`] ?? 0;
    if (invocations === 0) continue;
    const coldMs = (cold.initMs[name] ?? 0) * cold.share;
    gbSeconds += (invocations * (durations.ofFunction(name) + coldMs) * facts.memoryMb) / 1024 / 1000;
    logBytes += addedBytes(facts, invocations);
    isText ||= facts.logFormat === 'Text';
  }
  if (isText) logBytes += (counts['lambda.logEvents'] ?? 0) * PREFIX_BYTES;

  const executions = counts['states.express.requests'] ?? 0;
  const express = stage.machines.find(({ type }) => type === 'EXPRESS');
  const steps = express === undefined ? 0 : Math.ceil(durations.ofMachine(express) / EXPRESS_STEP_MS);

  const s3 = Object.entries(counts).filter(([name]) => name.startsWith('s3.'));
  const s3Of = (wanted: (operation: string) => boolean): number =>
    s3.filter(([name]) => wanted(name.slice(3))).reduce((sum, [, count]) => sum + count, 0);

  const usage: Usage = {
    apiRequest: counts['apigateway.requests'] ?? 0,
    lambdaRequest: counts['lambda.invocations'] ?? 0,
    lambdaGbSecond: gbSeconds,
    dynamodbWrite: counts['dynamodb.writeUnits'] ?? 0,
    dynamodbRead: counts['dynamodb.readUnits'] ?? 0,
    expressRequest: executions,
    expressGbSecond: (executions * steps * EXPRESS_STEP_MS * EXPRESS_GB) / 1000,
    transition: counts['states.standard.transitions'] ?? 0,
    busEvent: counts['events.published'] ?? 0,
    archivedGb: stage.archiveDays === undefined ? 0 : (counts['events.bytes'] ?? 0) / GB,
    schedule: counts['scheduler.invocations'] ?? 0,
    queueRequest: total(Object.fromEntries(Object.entries(counts).filter(([name]) => !SQS_FREE.has(name))), 'sqs.'),
    secretCall: total(counts, 'secretsmanager.'),
    parameterCall: total(counts, 'ssm.'),
    logGb: logBytes / GB,
    logGbMonth: ((logBytes / GB) * stage.logRetentionDays) / 30,
    s3Write: s3Of((operation) => !S3_READS.has(operation) && !S3_FREE.has(operation)),
    s3Read: s3Of((operation) => S3_READS.has(operation)),
  };
  return Object.fromEntries(Object.entries(usage).filter(([, quantity]) => quantity !== 0));
};
