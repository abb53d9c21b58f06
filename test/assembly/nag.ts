import { App, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cdkContext } from './app.ts';

export interface Finding {
  /** As cdk-nag names it, without what differs between stages and deployments. */
  readonly id: string;
  /** The construct's path. */
  readonly at: string;
}

export interface Audit {
  readonly findings: readonly Finding[];
  /** The paths of constructs that carry acknowledgements, which hide what they acknowledge from the findings. */
  readonly acknowledging: readonly string[];
}

/** `<SsmParameterValuecartwrightdevplatformsystembucketC96584...Parameter>` is `<system-bucket>`. */
const readable = (ruleName: string): string =>
  ruleName
    .replace(/<SsmParameterValuecartwright[a-z0-9]+?platformsystembucket[0-9A-F]+Parameter>/, '<system-bucket>')
    .replace(/(?<=:(?:parameter\/|secret:)cartwright\/)[a-z0-9]+(?=\/)/, '<stage>');

/** What cdk-nag's AWS Solutions pack finds in an app. */
export const nagAudit = (compose: (app: App) => void, context: Readonly<Record<string, unknown>> = {}): Audit => {
  const outdir = mkdtempSync(join(tmpdir(), 'nag-'));
  const app = new App({ context: { ...cdkContext(), ...context }, outdir, builtinCloudFormationValidation: false });
  compose(app);
  app.synth();
  const { violations } = new AwsSolutionsChecks().validateScope(app);
  return {
    findings: violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath = '' }) => ({ id: readable(ruleName), at: constructPath })),
    ),
    acknowledging: app.node
      .findAll()
      .filter(({ node }) => node.metadata.some(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY))
      .map(({ node }) => node.path),
  };
};
