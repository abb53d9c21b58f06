/**
 * What the checks of the templates find and we accept: the one list of it, with the reasons. A finding that is not here
 * fails `test/templates.stack.test.ts` (cdk-nag's AWS Solutions and the CDK's own rules) or `npm run lint:templates`
 * (cfn-lint); so does one here that is not found any more.
 */
export interface AcceptedFinding {
  /** As the tool names it; of cdk-nag with the permission that is meant, or a pattern where one reason is of several. */
  readonly id: string | RegExp;
  /** The constructs of which it is accepted, by their paths; of all unless said. */
  readonly at?: RegExp;
  readonly reason: string;
}

export const MAX_ACCEPTED = 15;

const wildcard = (resource: string): string => `AwsSolutions-IAM5[Resource::${resource}]`;

/** Of cdk-nag, in any stack. */
export const acceptedByNag: readonly AcceptedFinding[] = [
  {
    id: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:apigateway:<AWS::Region>::\/(usageplans\/\*\/keys(\/\*)?|apikeys\/\*)\]$/,
    at: /-tenants\/(RegisterUsageKey|RemoveUsageKey|RepairTenants)\/Role\//,
    reason:
      "API Gateway gives usage plans and keys ids of its own: the plans' are read at run time from parameters of the stack access, a tenant's key is found by its name",
  },
  {
    id: wildcard('arn:<AWS::Partition>:s3:::<system-bucket>/imports/*'),
    at: /-catalog\/(Create|Start|Check|Run)Import\/Role\//,
    reason: 'the objects of one purpose, named at run time; no other prefix, and reading and writing are granted apart',
  },
  {
    id: wildcard('arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter/cartwright/<stage>/access/plan-*'),
    at: /-tenants\/(RegisterUsageKey|RepairTenants)\/Role\//,
    reason: 'one parameter per tier of usage plans, each with the id of a plan and nothing else',
  },
  {
    id: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:cartwright\/<stage>\/(storage|payments)\/\*\]$/,
    at: /-(storage|payments)\/[A-Za-z]+\/Role\//,
    reason:
      "the secrets of storage nodes and the keys of shops at their providers are made after the deployment, in a prefix of their own domain's",
  },
  {
    id: wildcard('*'),
    at: /-orders\/Checkout\/Role\/|\/Canary\/Role\//,
    reason:
      'Step Functions sets up the delivery of its logs, and CodeDeploy reads alarms, by actions that know no resource',
  },
  {
    id: 'AwsSolutions-SMG4',
    reason:
      'the signing keys rotate by a schedule of our own (publish, sign, retire), which the rule does not see; the operator key is changed by people, who have to hand it on',
  },
  {
    id: 'AwsSolutions-SF1',
    reason: 'Standard workflows keep their history; of Express ones errors are logged, for payloads hold personal data',
  },
  {
    id: 'AwsSolutions-SF2',
    reason: 'a trace is followed by its id in the log lines of all domains; X-Ray would be paid for each order',
  },
  {
    id: 'AwsSolutions-SQS3',
    at: /\/(Failed|Missed)\/Resource$/,
    reason: 'these are the dead letters of streams and schedules, which the rule does not count; each has its alarm',
  },
  {
    id: 'AwsSolutions-APIG1',
    reason:
      'each request is a log line of its function; access logs need a role that is set for the whole account and region, which one stage must not change for others',
  },
  { id: 'AwsSolutions-APIG6', reason: 'the same role of the account; execution logs hold whole requests besides' },
  {
    id: 'AwsSolutions-APIG2',
    reason: 'the zod schemas of the routes validate parameters and bodies, strictly and with better answers',
  },
  {
    id: 'AwsSolutions-APIG3',
    reason:
      'a web ACL for each of nine APIs costs more than an idle stage; usage plans and the authorizer limit callers, and a firewall belongs before the one edge',
  },
];

/** Of cfn-lint, and of the same rule in the CDK's own validation. */
export const acceptedByLint: readonly (AcceptedFinding & { readonly id: string })[] = [
  {
    id: 'W3660',
    reason: 'the body of an API has no gateway responses: emulators take them only as resources of their own',
  },
];
