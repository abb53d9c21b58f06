import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { parameterName } from '../names.ts';
import { domainStackOf } from './domain-stack.ts';

/** The value of an SSM parameter at deployment: `platform` is deployed before every other stack. */
export const parameterAtDeployment = (scope: Construct, path: `/${string}`): string => {
  const stack = domainStackOf(scope);
  return StringParameter.valueForStringParameter(stack, parameterName(stack.stage.stage, path));
};
