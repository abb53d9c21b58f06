import type * as z from 'zod';
import type { TemplateResource } from './contracts.ts';
import { requireKnownProperties } from './inert.ts';

const explain = (issue: z.core.$ZodIssue): string => {
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = [...issue.path, ...(unknown === undefined ? [] : [unknown])].map(String).join('.');
  return `${path}: ${unknown === undefined ? issue.message : 'the local cloud does not implement this property'}`;
};

/**
 * The properties of a resource, parsed. Inert ones (see inert.ts) are left out before.
 * @throws Error that names the property by its path, for what is unknown or has another type
 */
export const readProperties = <Schema extends z.ZodObject>(
  resource: TemplateResource,
  schema: Schema,
): z.output<Schema> => {
  const known = Object.keys(schema.shape);
  requireKnownProperties(resource, known);
  const given = Object.fromEntries(Object.entries(resource.properties).filter(([name]) => known.includes(name)));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new Error(result.error.issues.map((issue) => `${resource.path}.Properties.${explain(issue)}`).join('\n'));
};
