import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { CategoryId } from './ids.ts';
import { ExternalId, Metadata, MetadataPatch } from './model.ts';

/** Levels of the tree. */
export const MAX_DEPTH = 10;

const name = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]*$/u, 'must not contain control characters');

export const NewCategory = z.strictObject({
  name,
  parentId: CategoryId.nullable().default(null),
  metadata: Metadata.default({}),
  externalId: ExternalId.default(null),
});
export const CategoryPatch = z.strictObject({ name, metadata: MetadataPatch, externalId: ExternalId }).partial();
export type CategoryPatch = z.output<typeof CategoryPatch>;

/** A category as the API answers it. `metadata` and `externalId` are for staff and secret keys only. */
export const Category = z.object({
  id: CategoryId,
  version: z.number().int(),
  name: z.string(),
  parentId: CategoryId.nullable(),
  metadata: Metadata.optional(),
  externalId: z.string().nullable().optional(),
  createdAt: Instant,
  updatedAt: Instant,
});
export type Category = z.output<typeof Category>;

/** A category as it is stored. */
export const CategoryState = Category.extend({
  metadata: Metadata,
  externalId: z.string().nullable(),
  requestHash: z.string().optional(),
});
export type CategoryState = z.output<typeof CategoryState>;

export const categoryView = (category: CategoryState, viewer: { readonly staff: boolean }): Category => {
  const { requestHash: _, metadata, externalId, ...facts } = category;
  return viewer.staff ? { ...facts, metadata, externalId } : facts;
};
