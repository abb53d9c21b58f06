import { Aws } from 'aws-cdk-lib/core';
import type { CallContract } from '../runtime/call.ts';
import { busName, functionName, LIVE_ALIAS, parameterName, stateMachineName } from '../names.ts';

/** ARNs by convention, in the account and region of the deployment. The one place where they are put together. */
const arn = (service: string, resource: string): string =>
  `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`;

/** The alias through which a function is called. */
export const functionArn = (stage: string, domain: string, name: string): string =>
  arn('lambda', `function:${functionName(stage, domain, name)}:${LIVE_ALIAS}`);

export const callArn = (stage: string, call: Pick<CallContract, 'domain' | 'name'>): string =>
  functionArn(stage, call.domain, call.name);

export const stateMachineArn = (stage: string, domain: string, name: string): string =>
  arn('states', `stateMachine:${stateMachineName(stage, domain, name)}`);

export const busArn = (stage: string): string => arn('events', `event-bus/${busName(stage)}`);

export const parameterArn = (stage: string, path: `/${string}`): string =>
  arn('ssm', `parameter${parameterName(stage, path)}`);

/** Secrets that are made at run time below this prefix; AWS ends their ARNs in six characters of its own. */
export const secretsArn = (prefix: string): string => arn('secretsmanager', `secret:${prefix}*`);

/** API Gateway's own API has ARNs without an account. */
export const apiGatewayArn = (path: `/${string}`): string => `arn:${Aws.PARTITION}:apigateway:${Aws.REGION}::${path}`;

/** How API Gateway names a function that it invokes, as integration or authorizer. */
export const invocationUri = (aliasArn: string): string =>
  `arn:${Aws.PARTITION}:apigateway:${Aws.REGION}:lambda:path/2015-03-31/functions/${aliasArn}/invocations`;
