import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import * as z from 'zod';
import { parseJson } from '../json.ts';

const Manifest = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      dependencies: z.array(z.string()).optional(),
      properties: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
});

const StackProperties = z.object({ templateFile: z.string(), stackName: z.string().optional() });

const AssetManifest = z.object({
  files: z
    .record(
      z.string(),
      z.object({
        source: z.object({ path: z.string().optional(), packaging: z.string().optional() }),
        destinations: z.record(z.string(), z.object({ objectKey: z.string().optional() })),
      }),
    )
    .optional(),
});

const Resource = z.strictObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).optional(),
  Metadata: z.record(z.string(), z.unknown()).optional(),
  DependsOn: z.union([z.string(), z.array(z.string())]).optional(),
  Condition: z.string().optional(),
  // What happens to a resource when its stack is deleted; a local stack is deleted with its state directory.
  DeletionPolicy: z.string().optional(),
  UpdateReplacePolicy: z.string().optional(),
});

const Template = z.object({
  Parameters: z.record(z.string(), z.object({ Type: z.string(), Default: z.unknown().optional() })).optional(),
  Conditions: z.record(z.string(), z.unknown()).optional(),
  Resources: z.record(z.string(), Resource),
  Outputs: z.record(z.string(), z.object({ Value: z.unknown(), Condition: z.string().optional() })).optional(),
});

export type StackTemplate = z.infer<typeof Template>;
export type ResourceTemplate = z.infer<typeof Resource>;

export interface AssemblyStack {
  readonly name: string;
  readonly template: StackTemplate;
  /** Names of stacks that the assembly says come before this one. */
  readonly dependencies: readonly string[];
}

export interface Assembly {
  readonly directory: string;
  /** In an order that respects their dependencies. */
  readonly stacks: readonly AssemblyStack[];
  /** The file or directory behind the object key of an asset, e.g. a function's `Code.S3Key`. */
  assetPath(objectKey: string): string | undefined;
}

const readJson = (file: string): unknown => {
  if (!existsSync(file)) throw new Error(`${file} is missing: synthesize the app first (npx cdk synth)`);
  return parseJson(readFileSync(file, 'utf8'));
};

const isSsmParameter = (type: string): boolean => type === 'AWS::SSM::Parameter::Value<String>';

/** The names of the SSM parameters that a stack makes (with literal names) and those it reads at deployment. */
const parametersOf = (template: StackTemplate): { makes: string[]; reads: string[] } => {
  const makes = Object.values(template.Resources)
    .filter((resource) => resource.Type === 'AWS::SSM::Parameter')
    .map((resource) => resource.Properties?.['Name'])
    .filter((name) => typeof name === 'string');
  const reads = Object.values(template.Parameters ?? {})
    .filter((parameter) => isSsmParameter(parameter.Type))
    .map((parameter) => parameter.Default)
    .filter((name) => typeof name === 'string');
  return { makes, reads };
};

/** Depth first, in the given order where nothing else decides. */
const sorted = (stacks: readonly AssemblyStack[]): readonly AssemblyStack[] => {
  const maker = new Map<string, string>();
  for (const stack of stacks) for (const name of parametersOf(stack.template).makes) maker.set(name, stack.name);
  const byName = new Map(stacks.map((stack) => [stack.name, stack]));
  const done = new Set<AssemblyStack>();
  const visit = (stack: AssemblyStack, trail: readonly string[]): void => {
    if (done.has(stack)) return;
    if (trail.includes(stack.name))
      throw new Error(`Stacks wait for each other: ${[...trail, stack.name].join(' -> ')}`);
    const makers = parametersOf(stack.template).reads.map((name) => maker.get(name));
    for (const before of [...stack.dependencies, ...makers]) {
      const other = before === undefined || before === stack.name ? undefined : byName.get(before);
      if (other !== undefined) visit(other, [...trail, stack.name]);
    }
    done.add(stack);
  };
  for (const stack of stacks) visit(stack, []);
  return [...done];
};

/**
 * Reads a synthesized cloud assembly (`cdk.out`): its stacks' templates and where their assets are. A stack that reads
 * an SSM parameter at deployment comes after the stack that makes it.
 * @throws Error when the assembly is missing, or a template has a section of a shape that is not known
 */
export const readAssembly = (directory: string): Assembly => {
  const { artifacts } = Manifest.parse(readJson(join(directory, 'manifest.json')));
  const stacks: AssemblyStack[] = [];
  const assets = new Map<string, string>();
  const stackNames = new Map<string, string>();
  for (const [id, artifact] of Object.entries(artifacts)) {
    if (artifact.type === 'aws:cloudformation:stack') {
      stackNames.set(id, StackProperties.parse(artifact.properties).stackName ?? id);
    }
  }
  for (const [id, artifact] of Object.entries(artifacts)) {
    if (artifact.type === 'aws:cloudformation:stack') {
      const { templateFile } = StackProperties.parse(artifact.properties);
      const parsed = Template.safeParse(readJson(join(directory, templateFile)));
      if (!parsed.success) throw new Error(`${templateFile}: ${z.prettifyError(parsed.error)}`);
      const dependencies = (artifact.dependencies ?? [])
        .map((other) => stackNames.get(other))
        .filter((name) => name !== undefined);
      stacks.push({ name: stackNames.get(id) ?? id, template: parsed.data, dependencies });
    }
    if (artifact.type === 'cdk:asset-manifest') {
      const { file } = z.object({ file: z.string() }).parse(artifact.properties);
      for (const asset of Object.values(AssetManifest.parse(readJson(join(directory, file))).files ?? {})) {
        const { path } = asset.source;
        if (path === undefined) continue;
        for (const { objectKey } of Object.values(asset.destinations)) {
          if (objectKey !== undefined) assets.set(objectKey, isAbsolute(path) ? path : resolve(directory, path));
        }
      }
    }
  }
  return { directory, stacks: sorted(stacks), assetPath: (objectKey) => assets.get(objectKey) };
};
