import { Template } from 'aws-cdk-lib/assertions';
import { App } from 'aws-cdk-lib/core';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { stageConfig } from '../../lib/config.ts';
import { setting } from '../../lib/constructs/bind.ts';
import { DomainStack } from '../../lib/constructs/domain-stack.ts';
import { ServiceFunction } from '../../lib/constructs/service-function.ts';

/** A stack of the domain `orders` whose functions' bundles are there, and empty. */
export const stackWith = (entries: readonly string[], stage = 'dev'): DomainStack => {
  const bundles = mkdtempSync(join(tmpdir(), 'bundles-'));
  for (const entry of entries) {
    mkdirSync(join(bundles, entry), { recursive: true });
    writeFileSync(join(bundles, entry, 'index.mjs'), `export const handler = '${entry}';`);
    writeFileSync(join(bundles, entry, 'index.mjs.map'), '{}');
  }
  const app = new App({ builtinCloudFormationValidation: false, outdir: join(bundles, 'cdk.out') });
  return new DomainStack(app, { domain: 'orders', stage: stageConfig(stage), bundles });
};

/** A function of the stack that is bound to nothing in particular. */
export const anyFunction = (stack: DomainStack, entry: `orders/${string}`, timeoutSeconds = 10): ServiceFunction =>
  new ServiceFunction(stack, entry.replace('/', '-'), {
    entry,
    env: z.object({ TABLE: z.string() }),
    bind: { TABLE: setting('none') },
    timeoutSeconds,
  });

/** The template with every ARN as text: `{"Fn::Join": ["", [...]]}` becomes `arn:<Partition>:...`. */
export const templateOf = (stack: DomainStack): Template => {
  const flatten = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(flatten);
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value);
    const [first] = members;
    if (first?.[0] === 'Fn::Join' && Array.isArray(first[1]) && Array.isArray(first[1][1])) {
      return first[1][1].map(nameOf).join('');
    }
    return Object.fromEntries(members.map(([name, member]) => [name, flatten(member)]));
  };
  return Template.fromJSON(Object(flatten(Template.fromStack(stack).toJSON())));
};

const nameOf = (part: unknown): string => {
  if (typeof part === 'string') return part;
  const [[kind, target] = []] = Object.entries(Object(part));
  return kind === 'Ref' ? `<${String(target).replace('AWS::', '')}>` : `<${String(target).replace(',', '.')}>`;
};

export interface Statement {
  readonly Action: unknown;
  readonly Resource: unknown;
}

/** The statements of the roles whose logical id begins so. */
export const statementsOf = (template: Template, role: string): Statement[] =>
  Object.entries(template.findResources('AWS::IAM::Role'))
    .filter(([logicalId]) => logicalId.startsWith(role))
    .flatMap(([, { Properties }]) => Properties.Policies)
    .flatMap((policy) => policy.PolicyDocument.Statement);
