import { AwsError, notImplemented } from '../aws-error.ts';
import type { Principal } from '../contracts.ts';
import { isObject, parseJson } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { asAwsError, isRaw, requestId } from './wire.ts';
import type { ServiceLookup, WireAnswer, WireRequest } from './wire.ts';

/** Target prefixes of the AWS JSON protocols, with the signing name and the namespace of error types. */
const TARGETS: Readonly<Record<string, { readonly service: string; readonly namespace?: string }>> = {
  DynamoDB_20120810: { service: 'dynamodb', namespace: 'com.amazonaws.dynamodb.v20120810#' },
  DynamoDBStreams_20120810: { service: 'dynamodbstreams', namespace: 'com.amazonaws.dynamodb.v20120810#' },
  AmazonSQS: { service: 'sqs', namespace: 'com.amazonaws.sqs#' },
  AWSStepFunctions: { service: 'states' },
  AWSEvents: { service: 'events' },
  AmazonSSM: { service: 'ssm' },
  secretsmanager: { service: 'secretsmanager' },
  Logs_20140328: { service: 'logs' },
};

/** Codes under which clients of the older query protocol know SQS's errors. */
const SQS_QUERY_CODES: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue;Sender',
};

export interface JsonTarget {
  readonly service: string;
  readonly operation: string;
  readonly namespace: string;
}

/** What `X-Amz-Target` names; undefined for requests of other protocols. */
export const jsonTarget = (header: string | undefined): JsonTarget | undefined => {
  if (header === undefined) return undefined;
  const dot = header.lastIndexOf('.');
  const known = TARGETS[header.slice(0, dot)];
  if (known === undefined) return undefined;
  return { service: known.service, operation: header.slice(dot + 1), namespace: known.namespace ?? '' };
};

const answer = (
  status: number,
  body: string,
  contentType: string,
  more: Readonly<Record<string, string>> = {},
): WireAnswer => ({
  status,
  headers: { 'content-type': contentType, 'x-amzn-requestid': requestId(), ...more },
  body,
});

const contentTypeOf = (request: WireRequest): string => request.headers['content-type'] ?? 'application/x-amz-json-1.0';

/** An error in the JSON protocols: AWS answers refused permissions with 400 there. */
export const jsonError = (thrown: unknown, request: WireRequest): WireAnswer => {
  const error = asAwsError(thrown);
  const namespace = jsonTarget(request.headers['x-amz-target'])?.namespace ?? '';
  const status = error.code === 'AccessDeniedException' ? 400 : error.status;
  const queryCode = SQS_QUERY_CODES[error.code];
  return answer(
    status,
    JSON.stringify({ __type: namespace + error.code, message: error.message, ...error.fields }),
    contentTypeOf(request),
    queryCode === undefined ? {} : { 'x-amzn-query-error': queryCode },
  );
};

const parseInput = (body: string): JsonObject => {
  if (body === '') return {};
  try {
    const input = parseJson(body);
    if (isObject(input)) return input;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new AwsError('SerializationException', 'The request body is not a JSON object');
};

/** Serves AWS JSON 1.0 and 1.1. Rejects with AwsError. */
export const answerJson = async (
  services: ServiceLookup,
  target: JsonTarget,
  request: WireRequest,
  principal: Principal,
): Promise<WireAnswer> => {
  const service = services(target.service);
  if (service === undefined) throw notImplemented(`the service ${target.service}`);
  if (isRaw(service)) {
    const { status, body } = await service.callRaw(target.operation, request.body, principal);
    return answer(status, body, contentTypeOf(request));
  }
  const output = await service.call(target.operation, parseInput(request.body), principal);
  return answer(200, output === undefined ? '{}' : JSON.stringify(output), contentTypeOf(request));
};
