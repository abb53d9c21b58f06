import { Aws } from 'aws-cdk-lib/core';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { parameterName, platformParameters } from '../names.ts';
import { functionArn } from './arns.ts';
import type { BucketRef } from './bind.ts';
import type { DomainStack } from './domain-stack.ts';

/** What every domain uses of the platform, found by convention or in the parameters that it leaves. */

/** The value of an SSM parameter at deployment: the stack that makes it must be deployed before. */
export const parameterAtDeployment = (stack: DomainStack, path: `/${string}`): string =>
  StringParameter.valueForStringParameter(stack, parameterName(stack.stage.stage, path));

/** The alias of the one authorizer of all APIs. */
export const authorizerArn = (stack: DomainStack): string => functionArn(stack.stage.stage, 'platform', 'authorizer');

/** The bucket for the system's own data (files of imports and exports): never a tenant's storage. */
export const systemBucket: BucketRef = (stack) => {
  const bucketName = parameterAtDeployment(stack, platformParameters.systemBucket);
  return { bucketName, bucketArn: `arn:${Aws.PARTITION}:s3:::${bucketName}` };
};
