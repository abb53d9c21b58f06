import * as z from 'zod';

/**
 * The resources that others reach by name, and where each is (`docs/named-resources.json`). CloudFormation makes the new
 * one before it ends the old one, so a resource with a fixed name that moves to another logical id or stack cannot be
 * deployed at all.
 */
export const NamedResources = z.record(z.string(), z.string());
export type NamedResources = z.output<typeof NamedResources>;

const NAME_PROPERTIES: Readonly<Record<string, string>> = {
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
  'AWS::Events::EventBus': 'Name',
  'AWS::SSM::Parameter': 'Name',
};

export interface TemplateOfStack {
  readonly stackName: string;
  readonly resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: unknown }>>;
}

/** `<type> <name>` to `<stack>/<logical id>`. */
export const namedResources = (stacks: readonly TemplateOfStack[]): NamedResources => {
  const found = stacks.flatMap(({ stackName, resources }) =>
    Object.entries(resources).flatMap(([logicalId, { Type, Properties }]) => {
      const property = NAME_PROPERTIES[Type];
      const name: unknown = property === undefined ? undefined : Object(Properties)[property];
      return typeof name === 'string' ? [[`${Type} ${name}`, `${stackName}/${logicalId}`] as const] : [];
    }),
  );
  return Object.fromEntries(found.sort(([one], [other]) => (one < other ? -1 : 1)));
};

/** The names that are there before and after, in different places. */
export const moved = (before: NamedResources, after: NamedResources): readonly string[] =>
  Object.entries(before).flatMap(([name, place]) =>
    after[name] === undefined || after[name] === place ? [] : [`${name}: ${place} -> ${after[name]}`],
  );
