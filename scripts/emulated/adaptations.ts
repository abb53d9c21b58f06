import { isDeepStrictEqual } from 'node:util';
import { CfnResource, Lazy, Stack, Tokenization } from 'aws-cdk-lib/core';
import { CfnRestApi } from 'aws-cdk-lib/aws-apigateway';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import { CfnBucketPolicy } from 'aws-cdk-lib/aws-s3';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { CfnParameter } from 'aws-cdk-lib/aws-ssm';
import type { IConstruct } from 'constructs';
import * as z from 'zod';
import { API_STAGE } from '../../lib/names.ts';

/** What is deployed to the emulator otherwise than to AWS: a type that is left out, or a property that is changed. */
export interface Adaptation {
  readonly type: string;
  readonly property?: string;
  readonly reason: string;
  /** Changes a resource of the type; false when there is nothing to change about this one. */
  adapt(resource: CfnResource, endpoint: string): boolean;
}

const leaveOut = (resource: CfnResource): boolean =>
  resource.node.scope?.node.tryRemoveChild(resource.node.id) ?? false;

/** The same OpenAPI document, in which no operation asks for an API key. */
const withoutApiKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutApiKeys);
  if (typeof value !== 'object' || value === null || Tokenization.isResolvable(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'api_key')
      .map(([name, member]) => [name, withoutApiKeys(member)]),
  );
};

/** The same part of a template, in which a reference to one of these secrets is its ARN by name. */
const withSecretArns = (value: unknown, secrets: ReadonlySet<unknown>): unknown => {
  if (Array.isArray(value)) return value.map((member) => withSecretArns(member, secrets));
  if (typeof value !== 'object' || value === null) return value;
  if ('Ref' in value && secrets.has(value.Ref)) return { 'Fn::GetAtt': [value.Ref, 'Id'] };
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withSecretArns(member, secrets)]));
};

const Statements = z.looseObject({ Statement: z.array(z.unknown()) });

/** A policy without the statements that refuse what comes without TLS. */
const withoutTls = (policy: unknown): unknown => {
  const { Statement, ...rest } = Statements.parse(policy);
  return { ...rest, Statement: Statement.filter((each) => !JSON.stringify(each).includes('aws:SecureTransport')) };
};

/** Every difference between what AWS gets and what the emulator gets. */
export const ADAPTATIONS: readonly Adaptation[] = [
  {
    type: 'AWS::Events::Archive',
    reason: 'the emulator refuses the type as unknown',
    adapt: leaveOut,
  },
  {
    type: 'AWS::Budgets::Budget',
    reason: 'the emulator refuses the type as unknown',
    adapt: leaveOut,
  },
  {
    type: 'AWS::ApiGateway::RestApi',
    property: 'Body (security: api_key)',
    reason:
      "the emulator ignores the authorizer's usageIdentifierKey, and would refuse every request without x-api-key",
    adapt: (resource) => {
      if (!(resource instanceof CfnRestApi)) return false;
      resource.body = withoutApiKeys(resource.body);
      return true;
    },
  },
  {
    type: 'AWS::IAM::Role',
    property: 'Policies (of secrets)',
    reason: 'the emulator takes a reference to a secret for its name, and its policies need the ARN',
    adapt: (resource) => {
      if (!(resource instanceof CfnRole)) return false;
      const stack = Stack.of(resource);
      const secrets = stack.node.findAll().filter((each) => each instanceof CfnSecret);
      const policies: unknown = stack.resolve(resource.policies);
      const adapted = withSecretArns(policies, new Set(secrets.map((secret) => stack.getLogicalId(secret))));
      if (isDeepStrictEqual(policies, adapted)) return false;
      resource.policies = Lazy.any({ produce: () => adapted });
      return true;
    },
  },
  {
    type: 'AWS::S3::BucketPolicy',
    property: 'PolicyDocument (aws:SecureTransport)',
    reason: 'the emulator is reached over plain HTTP on this machine, which the policy refuses',
    adapt: (resource) => {
      if (!(resource instanceof CfnBucketPolicy)) return false;
      const policy = withoutTls(Stack.of(resource).resolve(resource.policyDocument));
      resource.policyDocument = policy;
      return true;
    },
  },
  {
    type: 'AWS::SSM::Parameter',
    property: 'Value',
    reason: 'the emulator serves REST APIs below its own address, so api-url says that one',
    adapt: (resource, endpoint) => {
      const api = Stack.of(resource)
        .node.findAll()
        .find((each) => each instanceof CfnRestApi);
      if (!(resource instanceof CfnParameter) || resource.name?.endsWith('/api-url') !== true) return false;
      if (!(api instanceof CfnRestApi)) throw new Error(`${resource.node.path} is of no API`);
      resource.value = `${endpoint}/restapis/${api.ref}/${API_STAGE}/_user_request_`;
      return true;
    },
  },
];

/** How many resources each adaptation, in the order of `ADAPTATIONS`, has changed. */
export const adapt = (scope: IConstruct, endpoint: string): number[] => {
  const resources = scope.node.findAll().filter((each) => each instanceof CfnResource);
  return ADAPTATIONS.map(
    (adaptation) =>
      resources.filter(
        (resource) => resource.cfnResourceType === adaptation.type && adaptation.adapt(resource, endpoint),
      ).length,
  );
};
