import { invalidRequest } from '../../lib/runtime/errors.ts';
import { Metadata } from './model.ts';

/**
 * Metadata after a merge patch: a null takes an entry away.
 * @throws invalid_request when there would be more than 50 entries
 */
export const mergeMetadata = (
  metadata: Metadata,
  patch: Readonly<Record<string, string | null>> | undefined,
): Metadata => {
  if (patch === undefined) return metadata;
  const merged: Record<string, string> = { ...metadata };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = value;
  }
  const parsed = Metadata.safeParse(merged);
  if (parsed.success) return parsed.data;
  throw invalidRequest('body.metadata: the result may have 50 entries at most.');
};
