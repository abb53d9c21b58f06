import { App, Validations } from 'aws-cdk-lib/core';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { compose } from '../../bin/app.ts';
import { acceptedByLint } from '../../scripts/accepted-findings.ts';

const Json = z.record(z.string(), z.unknown());
const Resource = z.object({
  Type: z.string(),
  Properties: Json.default({}),
  Metadata: Json.default({}),
  DeletionPolicy: z.string().optional(),
  UpdateReplacePolicy: z.string().optional(),
  UpdatePolicy: Json.optional(),
});
const Template = z.object({
  Resources: z.record(z.string(), Resource),
  Parameters: z.record(z.string(), z.object({ Type: z.string(), Default: z.unknown() })).default({}),
  Outputs: z.record(z.string(), Json).default({}),
});
const CdkSettings = z.object({ context: Json });

export interface Stack {
  /** `orders` of `cartwright-dev-orders`. */
  readonly domain: string;
  readonly template: z.output<typeof Template>;
  readonly terminationProtection: boolean;
  readonly tags: Readonly<Record<string, string>>;
  /** Stacks that must be deployed before. */
  readonly after: readonly string[];
}

export interface PlacedResource {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The context of `cdk.json`, with which every command of the CDK synthesizes. */
export const cdkContext = (): Record<string, unknown> =>
  CdkSettings.parse(JSON.parse(readFileSync('cdk.json', 'utf8'))).context;

const domainOf = (stackName: string): string => stackName.replace(/^cartwright-[a-z0-9]+-/, '');

/**
 * Synthesizes the whole app as it is deployed; `validated` adds the CDK's own checks of every template, which take
 * longer than all the rest, and whose findings are errors; `before` sees the app before it is synthesized.
 */
export const synthesizedApp = ({
  validated = false,
  stage = 'dev',
  settings = {},
  before,
}: {
  readonly validated?: boolean;
  readonly stage?: string;
  /** Of the stage, as `context.stages` of `cdk.json` has them. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly before?: (app: App) => void;
} = {}): readonly Stack[] => {
  const outdir = mkdtempSync(join(tmpdir(), 'assembly-'));
  const app = new App({
    context: { ...cdkContext(), stage, stages: { [stage]: settings } },
    outdir,
    builtinCloudFormationValidation: validated,
  });
  compose(app);
  for (const { id, reason } of validated ? acceptedByLint : []) {
    Validations.of(app).acknowledge({ id: `CloudFormation-Validate::${id}`, reason });
  }
  before?.(app);
  const assembly = app.synth();
  return assembly.stacks.map((stack) => ({
    domain: domainOf(stack.stackName),
    template: Template.parse(stack.template),
    terminationProtection: stack.terminationProtection ?? false,
    tags: stack.tags,
    after: stack.dependencies.flatMap(({ manifest, id }) =>
      manifest.type === 'aws:cloudformation:stack' ? [domainOf(id)] : [],
    ),
  }));
};

export const resourcesOf = (stacks: readonly Stack[], type?: string): PlacedResource[] =>
  stacks.flatMap(({ domain, template }) =>
    Object.entries(template.Resources)
      .filter(([, resource]) => type === undefined || resource.Type === type)
      .map(([logicalId, { Type, Properties, Metadata }]) => ({
        stack: domain,
        logicalId,
        type: Type,
        properties: Properties,
        metadata: Metadata,
      })),
  );

/** A value of a template as text: `Fn::Join` joined, references as `<LogicalId>` or `<LogicalId.Attribute>`. */
export const textOf = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name, argument] = ['', undefined]] = Object.entries(value);
  if (name === 'Ref') return `<${String(argument).replace('AWS::', '')}>`;
  if (name === 'Fn::GetAtt' && Array.isArray(argument)) return `<${argument.join('.')}>`;
  if (name === 'Fn::Join' && Array.isArray(argument) && Array.isArray(argument[1]))
    return argument[1].map(textOf).join('');
  return JSON.stringify(value);
};

export interface Permission {
  readonly stack: string;
  /** Logical id of the role. */
  readonly role: string;
  readonly action: string;
  readonly resource: string;
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);
const Policies = z
  .array(
    z.object({
      PolicyDocument: z.object({
        Statement: z.array(z.object({ Effect: z.string(), Action: z.unknown(), Resource: z.unknown() })),
      }),
    }),
  )
  .default([]);

/** Every single thing that a role is allowed: one action on one resource. */
export const permissionsOf = (stacks: readonly Stack[]): Permission[] =>
  resourcesOf(stacks, 'AWS::IAM::Role').flatMap(({ stack, logicalId, properties }) =>
    Policies.parse(properties['Policies'])
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      .flatMap((statement) =>
        list(statement.Action).flatMap((action) =>
          list(statement.Resource).map((resource) => ({
            stack,
            role: logicalId,
            action: String(action),
            resource: textOf(resource),
          })),
        ),
      ),
  );

const Operation = z.object({
  security: z.array(z.record(z.string(), z.unknown())).optional(),
  'x-amazon-apigateway-integration': z.object({ type: z.string(), uri: z.unknown().optional() }),
});
const Body = z.object({ paths: z.record(z.string(), z.record(z.string(), Operation)) });

export interface Operation {
  readonly domain: string;
  /** `POST /v1/orders/checkouts` */
  readonly route: string;
  readonly security: readonly string[];
  readonly uri: string;
}

/** Every operation of every API, without the preflights. */
export const operationsOf = (stacks: readonly Stack[]): Operation[] =>
  resourcesOf(stacks, 'AWS::ApiGateway::RestApi').flatMap(({ stack, properties }) =>
    Object.entries(Body.parse(properties['Body']).paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([method]) => method !== 'options')
        .map(([method, operation]) => ({
          domain: stack,
          route: `${method.toUpperCase()} ${path}`,
          security: (operation.security ?? []).flatMap((scheme) => Object.keys(scheme)),
          uri: textOf(operation['x-amazon-apigateway-integration'].uri),
        })),
    ),
  );
