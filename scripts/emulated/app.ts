/**
 * The app as it is deployed to the emulator: what `bin/app.ts` composes, with the adaptations and what the run wants
 * (`RunSettings`, in the context).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, CliCredentialsStackSynthesizer, type IReusableStackSynthesizer } from 'aws-cdk-lib/core';
import { compose } from '../../bin/app.ts';
import { stageConfig } from '../../lib/config.ts';
import { DomainStack } from '../../lib/constructs/domain-stack.ts';
import { stackName } from '../../lib/names.ts';
import { AccessStack } from '../../stacks/access-stack.ts';
import { adapt } from './adaptations.ts';
import { ADAPTED, RUN_CONTEXT, RunSettings, STAGE } from './run-settings.ts';

/** Deploys as whoever calls the CLI. (The class itself does not fit the type under `exactOptionalPropertyTypes`.) */
const callersCredentials = (): IReusableStackSynthesizer => {
  const own = new CliCredentialsStackSynthesizer();
  return {
    reusableBind: (stack) => own.reusableBind(stack),
    bind: (stack) => own.bind(stack),
    addFileAsset: (asset) => own.addFileAsset(asset),
    addDockerImageAsset: (asset) => own.addDockerImageAsset(asset),
    synthesize: (session) => own.synthesize(session),
  };
};

const readSettings = (): RunSettings => {
  const text: unknown = new App({ autoSynth: false }).node.tryGetContext(RUN_CONTEXT);
  return RunSettings.parse(JSON.parse(String(text)));
};
const settings = readSettings();
const app = new App({
  builtinCloudFormationValidation: false,
  ...(settings.ownCredentials ? { defaultStackSynthesizer: callersCredentials() } : {}),
});
compose(app);

const stage = stageConfig(STAGE, app.node.tryGetContext('stages'));
const stackOf = (domain: string): DomainStack => {
  const stack = app.node.findChild(stackName(stage.stage, domain));
  if (stack instanceof DomainStack) return stack;
  throw new Error(`There is no stack of ${domain}`);
};

/** As if one domain had not been written yet. */
const takeAway = (missing: string): void => {
  const domains = settings.order.filter((domain) => domain !== missing);
  for (const domain of [missing, 'access']) app.node.tryRemoveChild(stackOf(domain).node.id);
  const access = new AccessStack(app, stage, { domains });
  for (const domain of domains) access.addStackDependency(stackOf(domain));
};
if (settings.without !== undefined) takeAway(settings.without);

/** `cdk deploy --all` goes by dependencies, so each domain waits for the one before. */
const chain = settings.order.filter((domain) => domain !== settings.without);
for (const [index, domain] of chain.entries()) {
  const before = chain[index - 1];
  if (before !== undefined) stackOf(domain).addStackDependency(stackOf(before));
}

const adapted = adapt(app, settings.endpoint);
const { directory } = app.synth();
writeFileSync(join(directory, ADAPTED), JSON.stringify(adapted));
