import { globSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { RouteDefinition } from '../../lib/runtime/route.ts';

const isRoute = (value: unknown): value is RouteDefinition =>
  typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'callers' in value;

/** Every route that a use case declares, found by looking: nobody has to remember to list a new one. */
export const routeDefinitions = async (): Promise<RouteDefinition[]> => {
  const files = globSync('functions/*/*.ts').filter((file) => !file.endsWith('.lambda.ts'));
  const modules: Record<string, unknown>[] = await Promise.all(files.map((file) => import(pathToFileURL(file).href)));
  return modules.flatMap((module) =>
    Object.entries(module).flatMap(([name, value]) => (name.endsWith('Route') && isRoute(value) ? [value] : [])),
  );
};
