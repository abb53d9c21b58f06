import { createHash } from 'node:crypto';
import type { TemplateResource } from './contracts.ts';

/**
 * The stable name of a resource that has none in its template: `<stack>-<logicalId>`. A name that would be longer than
 * the service allows ends in a hash of itself instead.
 */
export const physicalName = (resource: Pick<TemplateResource, 'stack' | 'logicalId'>, maximum: number): string => {
  const name = `${resource.stack}-${resource.logicalId}`;
  if (name.length <= maximum) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, maximum - 9)}-${hash}`;
};
