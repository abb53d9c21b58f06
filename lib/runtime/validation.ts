import type * as z from 'zod';
import { type FieldError, invalidRequest } from './errors.ts';

const MAX_LISTED = 20;

/**
 * Parses one part of a request.
 * @throws invalid_request that lists every offending place (20 at most) in people's words
 */
export const parsePart = <Schema extends z.ZodType>(schema: Schema, part: string, value: unknown): z.output<Schema> => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.slice(0, MAX_LISTED).flatMap((issue): FieldError[] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((name) => ({
          path: [part, ...issue.path, name].join('.'),
          code: 'unknown_field',
          message: 'is not a known field',
        }))
      : [{ path: [part, ...issue.path].join('.'), code: issue.code, message: issue.message }],
  );
  const first = errors[0];
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more, see errors)` : '';
  throw invalidRequest(first === undefined ? `The ${part} is not valid.` : `${first.path}: ${first.message}${more}.`, {
    errors,
  });
};
