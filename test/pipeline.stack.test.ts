import { App } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PipelineStack } from '../stacks/pipeline-stack.ts';
import { nagAudit } from './assembly/nag.ts';

const settings = { repository: 'acme/shop', environments: ['test', 'prod'] };
const template = Template.fromStack(new PipelineStack(new App({ builtinCloudFormationValidation: false }), settings));

describe("the pipeline's role of an environment", () => {
  const roles = Object.entries(template.findResources('AWS::IAM::Role'));

  it('is taken with a token of a job in that environment of that repository only', () => {
    expect(roles).toHaveLength(2);
    for (const [logicalId, { Properties }] of roles) {
      const environment = logicalId.startsWith('Deployprod') ? 'prod' : 'test';
      expect(Properties.AssumeRolePolicyDocument.Statement).toEqual([
        {
          Action: 'sts:AssumeRoleWithWebIdentity',
          Effect: 'Allow',
          Principal: { Federated: { 'Fn::GetAtt': ['GitHub', 'Arn'] } },
          Condition: {
            StringEquals: {
              'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
              'token.actions.githubusercontent.com:sub': `repo:acme/shop:environment:${environment}`,
            },
          },
        },
      ]);
    }
  });

  it("may take two roles of the CDK's bootstrap, by their full names, and nothing else", () => {
    for (const [, { Properties }] of roles) {
      expect(Properties).not.toHaveProperty('ManagedPolicyArns');
      expect(Properties.Policies).toHaveLength(1);
      const [statement, ...others] = Properties.Policies[0].PolicyDocument.Statement;
      expect(others).toEqual([]);
      expect(statement).toMatchObject({ Action: 'sts:AssumeRole', Effect: 'Allow' });
      expect(statement.Resource).toHaveLength(2);
      for (const resource of statement.Resource) {
        expect(JSON.stringify(resource)).toMatch(/:role\/cdk-hnb659fds-(deploy|file-publishing)-role-/);
        expect(JSON.stringify(resource)).not.toContain('*');
      }
    }
    template.resourceCountIs('AWS::IAM::Policy', 0);
  });

  it('passes the AWS Solutions without an exception', () => {
    expect(nagAudit((app) => void new PipelineStack(app, settings)).findings).toEqual([]);
  });

  it('uses the provider that the account has already', () => {
    const providerArn = 'arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com';
    const app = new App({ builtinCloudFormationValidation: false });
    const other = Template.fromStack(new PipelineStack(app, { ...settings, providerArn }));
    other.resourceCountIs('AWS::IAM::OIDCProvider', 0);
    expect(JSON.stringify(other.toJSON())).toContain(`"Federated":"${providerArn}"`);
  });
});

describe('the workflows', () => {
  const workflows = globSync('.github/workflows/*.yml').map((file) => [file, readFileSync(file, 'utf8')] as const);
  const workflow = (name: string): string => readFileSync(`.github/workflows/${name}.yml`, 'utf8');

  it.each(workflows)('%s uses actions by their commits', (_, text) => {
    const uses = [...text.matchAll(/uses: (?!\.\/)(\S+)(.*)/g)];
    expect(uses.length + text.split('uses: ./').length).toBeGreaterThan(1);
    for (const [, action, comment] of uses) {
      expect(action).toMatch(/@[0-9a-f]{40}$/);
      expect(comment).toMatch(/^ # v\d/);
    }
  });

  it.each(workflows)('%s knows no keys and no secrets, and may by default read only', (_, text) => {
    expect(text).not.toMatch(/secrets\.|secrets:|access-key/i);
    expect(text).toMatch(/^permissions:\n {2}contents: read\n\n/m);
  });

  it("run the README's tests, tell what changes and what it costs, and have no way into an account", () => {
    const text = workflow('pull-request');
    expect(readFileSync('README.md', 'utf8')).toContain('npm ci && npm test');
    expect(text).toContain('run: npm ci && npm test');
    expect(text).toContain('npm run --silent changes -- --before');
    expect(text).toContain('npm run --silent cost -- --json');
    expect(text).not.toMatch(/id-token|pull_request_target/);
  });

  it('deploy to prod what was deployed to test, in an environment that can ask for a review', () => {
    const release = workflow('release');
    expect(release).toMatch(/\n {2}prod:\n {4}needs: \[build, test\]/);
    expect(workflow('deploy')).toContain('environment: ${{ inputs.stage }}');
    expect(workflow('deploy')).toContain('role-to-assume: ${{ vars.AWS_DEPLOY_ROLE }}');
  });
});
