import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { refuseQuery } from './api-request.ts';
import type { DynamoDb } from './clients/dynamodb.ts';
import { describeError, loggerFor } from './log.ts';
import { requireProxyEvent } from './malformed-event.ts';
import { CORS_HEADERS, problemResponse, SECURITY_HEADERS } from './problem.ts';
import { newTraceId } from './trace.ts';

/** One thing that a domain cannot do without: settles when it answers. */
export type HealthCheck = () => Promise<void>;

export const tableAnswers =
  (client: DynamoDb, table: string): HealthCheck =>
  async () => {
    await client.call('DescribeTable', { TableName: table });
  };

const LIMIT_MS = 200;

/** `GET /v1/<domain>/health`: 200 `{"domain":"orders","status":"ok"}` or 503 `"failing"` within 200 ms, without detail. */
export const health =
  (domain: string, checks: readonly HealthCheck[]) =>
  async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    requireProxyEvent(event, `GET /v1/${domain}/health`);
    try {
      refuseQuery(event);
    } catch (error) {
      return problemResponse(error, event.requestContext.requestId);
    }
    const answer = (statusCode: number, status: string): APIGatewayProxyResult => ({
      statusCode,
      headers: { ...SECURITY_HEADERS, ...CORS_HEADERS, 'content-type': 'application/json' },
      body: JSON.stringify({ domain, status }),
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
