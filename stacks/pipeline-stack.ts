import { type App, Aws, CfnOutput, Stack } from 'aws-cdk-lib/core';
import { CfnOIDCProvider, PolicyDocument, PolicyStatement, Role, WebIdentityPrincipal } from 'aws-cdk-lib/aws-iam';

export interface PipelineStackProps {
  /** `owner/name` on GitHub. */
  readonly repository: string;
  /** The environments of the repository whose workflows deploy into this account. */
  readonly environments: readonly string[];
  /** The account's provider of GitHub's tokens, where there is one already: an account can have one only. */
  readonly providerArn?: string;
}

const ISSUER = 'token.actions.githubusercontent.com';
const AUDIENCE = 'sts.amazonaws.com';
/** What `cdk bootstrap` calls its resources unless told otherwise. */
const QUALIFIER = 'hnb659fds';

/** A role of the CDK's bootstrap in this account and region. */
const bootstrapRole = (what: 'deploy' | 'file-publishing'): string =>
  `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/cdk-${QUALIFIER}-${what}-role-${Aws.ACCOUNT_ID}-${Aws.REGION}`;

/**
 * What the workflows need of an account, deployed once by hand: a role for each environment, which only a job in that
 * environment of the repository can take, with a token instead of keys. It may take the roles of the CDK's bootstrap.
 */
export class PipelineStack extends Stack {
  constructor(app: App, { repository, environments, providerArn }: PipelineStackProps) {
    super(app, 'cartwright-pipeline', {
      stackName: 'cartwright-pipeline',
      description: `The roles with which ${repository} deploys Cartwright`,
      terminationProtection: true,
      analyticsReporting: false,
    });
    const provider =
      providerArn ??
      new CfnOIDCProvider(this, 'GitHub', { url: `https://${ISSUER}`, clientIdList: [AUDIENCE] }).attrArn;
    for (const environment of environments) {
      const role = new Role(this, `Deploy-${environment}`, {
        description: `Deploys the stage ${environment} of Cartwright from ${repository}`,
        assumedBy: new WebIdentityPrincipal(provider, {
          StringEquals: {
            [`${ISSUER}:aud`]: AUDIENCE,
            [`${ISSUER}:sub`]: `repo:${repository}:environment:${environment}`,
          },
        }),
        inlinePolicies: {
          deploy: new PolicyDocument({
            statements: [
              new PolicyStatement({
                actions: ['sts:AssumeRole'],
                resources: [bootstrapRole('deploy'), bootstrapRole('file-publishing')],
              }),
            ],
          }),
        },
      });
      new CfnOutput(this, `Role-${environment}`, {
        description: `The variable AWS_DEPLOY_ROLE of the environment ${environment}`,
        value: role.roleArn,
      });
    }
  }
}
