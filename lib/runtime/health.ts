import type { APIGatewayProxyResult } from 'aws-lambda';
import type { DynamoDb } from './clients/dynamodb.ts';
import { describeError, loggerFor } from './log.ts';
import { CORS_HEADERS, SECURITY_HEADERS } from './problem.ts';
import { newTraceId } from './trace.ts';

/** One thing that a domain cannot do without: settles when it answers. */
export type HealthCheck = () => Promise<void>;

export const tableAnswers =
  (client: DynamoDb, table: string): HealthCheck =>
  async () => {
    await client.call('DescribeTable', { TableName: table });
  };

const LIMIT_MS = 200;

/** `GET /v1/<domain>/health`: 200 `{"status":"ok"}` or 503 `{"status":"failing"}` within 200 ms, without detail. */
export const health = (checks: readonly HealthCheck[]) => async (): Promise<APIGatewayProxyResult> => {
  const answer = (statusCode: number, status: string): APIGatewayProxyResult => ({
    statusCode,
    headers: { ...SECURITY_HEADERS, ...CORS_HEADERS, 'content-type': 'application/json' },
    body: JSON.stringify({ status }),
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${LIMIT_MS} ms`)), LIMIT_MS);
  });
  try {
    await Promise.race([Promise.all(checks.map((check) => check())), late]);
    return answer(200, 'ok');
  } catch (error) {
    loggerFor({ traceId: newTraceId() })('error', 'health check failed', { error: describeError(error) });
    return answer(503, 'failing');
  } finally {
    clearTimeout(timer);
  }
};
