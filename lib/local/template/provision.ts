import type { Account, ProvisionedResource, Provisioner, TemplateResource } from '../contracts.ts';
import { inertResource, isInertType } from '../inert.ts';
import { isObject } from '../json.ts';
import type { Assembly, AssemblyStack, ResourceTemplate } from './assembly.ts';
import { evaluateCondition, referencesOf, resolveValue, type Scope } from './intrinsics.ts';

export interface ProvisionedStack {
  readonly name: string;
  readonly resources: ReadonlyMap<string, ProvisionedResource>;
  readonly outputs: Readonly<Record<string, string>>;
}

interface Options {
  readonly assembly: Assembly;
  readonly account: Account;
  readonly provisioners: readonly Provisioner[];
  /** The value of an SSM parameter, or undefined when there is none. */
  readonly parameter: (name: string) => string | undefined;
}

const dependenciesOf = (resource: ResourceTemplate): Set<string> => {
  const { DependsOn: after = [] } = resource;
  return referencesOf(resource.Properties, new Set(typeof after === 'string' ? [after] : after));
};

/** Resources so that each comes after what it refers to; a cycle is an Error that shows it. */
export const resourceOrder = (
  stack: string,
  resources: Readonly<Record<string, ResourceTemplate>>,
): readonly (readonly [string, ResourceTemplate])[] => {
  const done = new Map<string, ResourceTemplate>();
  const visit = (logicalId: string, trail: readonly string[]): void => {
    const resource = resources[logicalId];
    if (resource === undefined || done.has(logicalId)) return;
    if (trail.includes(logicalId)) {
      throw new Error(`${stack}: resources wait for each other: ${[...trail, logicalId].join(' -> ')}`);
    }
    for (const other of dependenciesOf(resource)) visit(other, [...trail, logicalId]);
    done.set(logicalId, resource);
  };
  for (const logicalId of Object.keys(resources)) visit(logicalId, []);
  return [...done];
};

/** @throws Error that names every resource whose type is neither implemented nor inert */
const requireKnownTypes = (assembly: Assembly, known: ReadonlyMap<string, Provisioner>): void => {
  const unknown = assembly.stacks.flatMap((stack) =>
    Object.entries(stack.template.Resources)
      .filter(([, { Type }]) => !known.has(Type) && !isInertType(Type))
      .map(([logicalId, { Type }]) => `${stack.name}/${logicalId}: the local cloud does not implement ${Type}`),
  );
  if (unknown.length > 0) throw new Error(unknown.join('\n'));
};

const stackScope = (
  stack: AssemblyStack,
  { account, parameter }: Options,
  provisioned: ReadonlyMap<string, ProvisionedResource>,
): Scope => {
  const { Parameters: parameters = {}, Conditions: conditions = {}, Resources: resources } = stack.template;
  const stackId = `arn:${account.partition}:cloudformation:${account.region}:${account.accountId}:stack/${stack.name}/local`;
  const pseudo: Readonly<Record<string, string | undefined>> = {
    'AWS::AccountId': account.accountId,
    'AWS::Region': account.region,
    'AWS::Partition': account.partition,
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stack.name,
    'AWS::StackId': stackId,
    'AWS::NoValue': undefined,
  };

  const resourceNamed = (logicalId: string): ProvisionedResource => {
    const resource = provisioned.get(logicalId);
    if (resource !== undefined) return resource;
    throw new Error(
      `${stack.name}: ${logicalId} ${logicalId in resources ? 'has no value: its condition is false' : 'is not declared'}`,
    );
  };

  const parameterValue = (name: string, declared: { Type: string; Default?: unknown }): string => {
    if (typeof declared.Default !== 'string' && typeof declared.Default !== 'number') {
      throw new Error(`${stack.name}.Parameters.${name} has no default`);
    }
    const text = String(declared.Default);
    if (declared.Type === 'String' || declared.Type === 'Number') return text;
    if (declared.Type !== 'AWS::SSM::Parameter::Value<String>') {
      throw new Error(`${stack.name}.Parameters.${name}: the local cloud does not implement ${declared.Type}`);
    }
    const value = parameter(text);
    if (value === undefined) throw new Error(`${stack.name}.Parameters.${name}: there is no SSM parameter ${text}`);
    return value;
  };

  const scope: Scope = {
    ref(name) {
      if (Object.hasOwn(pseudo, name)) return pseudo[name];
      const declared = parameters[name];
      return declared === undefined ? resourceNamed(name).ref : parameterValue(name, declared);
    },
    attribute(logicalId, attribute) {
      const value = resourceNamed(logicalId).attributes[attribute];
      if (value === undefined) {
        throw new Error(
          `${stack.name}/${logicalId}: the local cloud has no ${attribute} of ${resources[logicalId]?.Type ?? 'it'}`,
        );
      }
      return value;
    },
    condition(name) {
      const path = `${stack.name}.Conditions.${name}`;
      if (!Object.hasOwn(conditions, name)) throw new Error(`${path} is not declared`);
      return evaluateCondition(conditions[name], scope, path);
    },
  };
  return scope;
};

const resolvedResource = (
  stack: AssemblyStack,
  logicalId: string,
  template: ResourceTemplate,
  scope: Scope,
): TemplateResource => {
  const path = `${stack.name}/${logicalId}`;
  const properties = resolveValue(template.Properties ?? {}, scope, `${path}.Properties`);
  return {
    stack: stack.name,
    logicalId,
    path,
    type: template.Type,
    properties: isObject(properties) ? properties : {},
    metadata: template.Metadata ?? {},
  };
};

const withPath = (path: string, error: unknown): Error => {
  const problem = error instanceof Error ? error.message : String(error);
  return problem.startsWith(path) && error instanceof Error
    ? error
    : new Error(`${path}: ${problem}`, { cause: error });
};

const provisionStack = async (
  stack: AssemblyStack,
  options: Options,
  provisioners: ReadonlyMap<string, Provisioner>,
): Promise<ProvisionedStack> => {
  const resources = new Map<string, ProvisionedResource>();
  const scope = stackScope(stack, options, resources);
  for (const [logicalId, template] of resourceOrder(stack.name, stack.template.Resources)) {
    if (template.Condition !== undefined && !scope.condition(template.Condition)) continue;
    const resource = resolvedResource(stack, logicalId, template, scope);
    const provisioner = provisioners.get(resource.type);
    try {
      const made = await (provisioner?.provision(resource) ?? inertResource(resource, options.account));
      resources.set(logicalId, made);
    } catch (error) {
      throw withPath(resource.path, error);
    }
  }
  const outputs: Record<string, string> = {};
  for (const [name, { Value, Condition }] of Object.entries(stack.template.Outputs ?? {})) {
    if (Condition !== undefined && !scope.condition(Condition)) continue;
    const value = resolveValue(Value, scope, `${stack.name}.Outputs.${name}`);
    outputs[name] = typeof value === 'string' ? value : JSON.stringify(value);
  }
  return { name: stack.name, resources, outputs };
};

/**
 * Makes everything that an assembly's templates declare, stack by stack, each resource after those it refers to.
 * Idempotent, as the provisioners are: it runs at every start.
 * @throws Error that begins with the path of the resource (`<stack>/<logicalId>`), and names every unknown type at once
 */
export const provision = async (options: Options): Promise<readonly ProvisionedStack[]> => {
  const provisioners = new Map(
    options.provisioners.flatMap((provisioner) => provisioner.types.map((type) => [type, provisioner] as const)),
  );
  requireKnownTypes(options.assembly, provisioners);
  const stacks: ProvisionedStack[] = [];
  for (const stack of options.assembly.stacks) stacks.push(await provisionStack(stack, options, provisioners));
  return stacks;
};
