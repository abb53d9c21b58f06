import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as z from 'zod';

/** What differs between two synthesized apps, by stack and resource. */

const Template = z.looseObject({
  Resources: z.record(z.string(), z.looseObject({ Type: z.string() })).default({}),
});
type Template = z.output<typeof Template>;

/** The templates of an assembly, by the names of their stacks. */
export type Assembly = ReadonlyMap<string, Template>;

export interface ResourceChange {
  readonly change: 'added' | 'removed' | 'changed';
  readonly type: string;
  readonly logicalId: string;
  /** Which values of a changed resource, as paths. */
  readonly paths: readonly string[];
}

export interface StackChange {
  readonly stack: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly resources: readonly ResourceChange[];
}

/**
 * Reads the templates of `cdk.out`.
 * @throws when there are none
 */
export const readAssembly = (folder: string): Assembly => {
  const files = globSync(join(folder, '*.template.json')).sort();
  if (files.length === 0) throw new Error(`${folder} holds no templates. Make them: npm run synth`);
  return new Map(
    files.map((file) => [basename(file, '.template.json'), Template.parse(JSON.parse(readFileSync(file, 'utf8')))]),
  );
};

const membersOf = (value: unknown): ReadonlyMap<string, unknown> | undefined =>
  typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;

/** The paths at which two values differ. */
const differences = (before: unknown, after: unknown, path: string): string[] => {
  const [earlier, later] = [membersOf(before), membersOf(after)];
  if (earlier === undefined || later === undefined) return before === after ? [] : [path];
  return [...new Set([...earlier.keys(), ...later.keys()])].flatMap((name) =>
    earlier.has(name) && later.has(name)
      ? differences(earlier.get(name), later.get(name), path === '' ? name : `${path}.${name}`)
      : [path === '' ? name : `${path}.${name}`],
  );
};

const resourceChanges = (before: Template, after: Template): ResourceChange[] =>
  [...new Set([...Object.keys(before.Resources), ...Object.keys(after.Resources)])]
    .sort()
    .flatMap((logicalId): ResourceChange[] => {
      const [earlier, later] = [before.Resources[logicalId], after.Resources[logicalId]];
      const type = (later ?? earlier)?.Type ?? '';
      if (earlier === undefined) return [{ change: 'added', type, logicalId, paths: [] }];
      if (later === undefined) return [{ change: 'removed', type, logicalId, paths: [] }];
      const paths = differences(earlier, later, '');
      return paths.length === 0 ? [] : [{ change: 'changed', type, logicalId, paths }];
    });

const NOTHING: Template = { Resources: {} };

/** The stacks whose templates differ, with the resources that do; the code of a function is part of its template by its hash. */
export const assemblyChanges = (before: Assembly, after: Assembly): readonly StackChange[] =>
  [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((stack) => {
    const [earlier, later] = [before.get(stack), after.get(stack)];
    if (JSON.stringify(earlier) === JSON.stringify(later)) return [];
    const change = earlier === undefined ? 'added' : later === undefined ? 'removed' : 'changed';
    return [{ stack, change, resources: resourceChanges(earlier ?? NOTHING, later ?? NOTHING) }];
  });
