import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { lambdaHandler } from '../../lib/runtime/lambda-handler.ts';
import { describeError, loggerFor } from '../../lib/runtime/log.ts';
import { malformed } from '../../lib/runtime/malformed-event.ts';
import { readHeaders } from '../../lib/runtime/api-request.ts';
import { traceIdOf } from '../../lib/runtime/trace.ts';
import type { Admission, Authorize } from './authorize.ts';

type AuthorizerEvent = Pick<APIGatewayRequestAuthorizerEvent, 'headers' | 'methodArn'>;

/** All methods and paths of the stage: the answer is cached by credential and must hold for the next route too. */
const wholeStage = (methodArn: string): string => methodArn.split('/').slice(0, 2).concat('*').join('/');

const toPolicy = ({ caller, usageKey }: Admission, methodArn: string): APIGatewayAuthorizerResult => ({
  principalId: caller.actorId,
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: wholeStage(methodArn) }],
  },
  context: { caller: JSON.stringify(caller) },
  ...(usageKey === null ? {} : { usageIdentifierKey: usageKey }),
});

/**
 * The way in of the REQUEST authorizer that all APIs share. API Gateway answers 401 to an error with the message
 * `Unauthorized`, and 500 to every other: a part that is missing or failing stays visible as what it is.
 */
export const authorizer = (authorize: Authorize) =>
  lambdaHandler(async (event: AuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
    if (typeof event.methodArn !== 'string')
      throw malformed('The authorizer takes a REQUEST event of API Gateway', ['methodArn is missing']);
    const headers = readHeaders(event);
    const traceId = traceIdOf(headers);
    let admission: Admission | undefined;
    try {
      admission = await authorize(headers.get('authorization'), traceId);
    } catch (error) {
      loggerFor({ traceId })('error', 'a credential could not be checked', { error: describeError(error) });
      throw error;
    }
    if (admission === undefined) {
      loggerFor({ traceId })('info', 'a credential was refused');
      throw new Error('Unauthorized');
    }
    const { caller } = admission;
    const tenant = caller.kind === 'operator' ? undefined : caller.tenant;
    loggerFor({ traceId, tenant })('info', 'a credential was accepted', { kind: caller.kind, actor: caller.actorId });
    return toPolicy(admission, event.methodArn);
  });
