/**
 * The roles of the release workflow, apart from the app: deployed once for each account, by somebody who may.
 * `npm run pipeline -- deploy -c repository=OWNER/NAME [-c environments=test,prod] [-c oidcProviderArn=ARN]`
 */
import { App } from 'aws-cdk-lib/core';
import * as z from 'zod';
import { PipelineStack } from '../stacks/pipeline-stack.ts';

const Settings = z.object({
  repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'OWNER/NAME of the repository on GitHub'),
  environments: z
    .string()
    .regex(/^[a-z][a-z0-9]*(,[a-z][a-z0-9]*)*$/, 'names of environments, with commas between them')
    .default('test,prod'),
  oidcProviderArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:iam::\d{12}:oidc-provider\/token\.actions\.githubusercontent\.com$/)
    .optional(),
});

const app = new App({ builtinCloudFormationValidation: false });
const settings = Settings.safeParse({
  repository: app.node.tryGetContext('repository') ?? '',
  environments: app.node.tryGetContext('environments'),
  oidcProviderArn: app.node.tryGetContext('oidcProviderArn'),
});
if (settings.success) {
  const { repository, environments, oidcProviderArn } = settings.data;
  new PipelineStack(app, {
    repository,
    environments: environments.split(','),
    ...(oidcProviderArn === undefined ? {} : { providerArn: oidcProviderArn }),
  });
  app.synth();
} else {
  for (const { path, message } of settings.error.issues) console.error(`-c ${path.join('.')}=...: ${message}`);
  process.exitCode = 1;
}
