import type { DomainStack } from './domain-stack.ts';
import { functionArn } from './arns.ts';
import type { BucketRef } from './bind.ts';
import { parameterAtDeployment } from './platform-parameter.ts';
import { Aws } from 'aws-cdk-lib/core';
import { platformParameters } from '../names.ts';

/** What every domain uses of the platform, found by convention or by the parameters that it leaves. */

/** The alias of the one authorizer of all APIs. */
export const authorizerArn = (stack: DomainStack): string => functionArn(stack.stage.stage, 'platform', 'authorizer');

/** The bucket for the system's own data (import files, exports): never a tenant's storage. */
export const systemBucket: BucketRef = (stack) => {
  const bucketName = parameterAtDeployment(stack, platformParameters.systemBucket);
  return { bucketName, bucketArn: `arn:${Aws.PARTITION}:s3:::${bucketName}` };
};

/** Where alarms are sent. */
export const alarmTopicArn = (stack: DomainStack): string =>
  parameterAtDeployment(stack, platformParameters.alarmTopicArn);
