import * as z from 'zod';
import { invalidCursor } from './errors.ts';
import { sha256Hex } from './ids.ts';

/** Where a list goes on: the last key of the page before, without the tenant (the store puts its own there again). */
export type Position = Readonly<Record<string, string | number>>;

const Wire = z.object({ p: z.record(z.string(), z.union([z.string(), z.number()])), b: z.string() });

const bindingOf = (tenant: string, filter: unknown, position: Position): string =>
  sha256Hex(tenant, JSON.stringify(filter), JSON.stringify(position)).slice(0, 16);

/** Makes the opaque `next` of a list, bound to the tenant and the filter that it was made for. */
export const encodeCursor = (tenant: string, filter: unknown, position: Position): string =>
  Buffer.from(JSON.stringify({ p: position, b: bindingOf(tenant, filter, position) })).toString('base64url');

/**
 * Reads a cursor back.
 * @throws invalid_cursor when it is damaged or was made for another tenant or filter.
 */
export const decodeCursor = (tenant: string, filter: unknown, cursor: string): Position => {
  const refuse = (cause?: unknown) =>
    invalidCursor('The cursor is damaged or belongs to another list. Begin again without a cursor.', { cause });
  let decoded: unknown;
  try {
    decoded = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (cause) {
    throw refuse(cause);
  }
  const wire = Wire.safeParse(decoded);
  if (!wire.success || wire.data.b !== bindingOf(tenant, filter, wire.data.p)) throw refuse();
  return wire.data.p;
};

/** The query of every list. */
export const ListQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(2000).optional(),
});

/** The answer of every list. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next: z.string().nullable() });
