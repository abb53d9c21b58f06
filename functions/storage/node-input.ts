import * as z from 'zod';
import { Lifetimes, StorageNode } from './node.ts';

/** Of nodes, zones and pools: what people type. */
const Name = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'must be 1 to 40 lower-case letters, digits and hyphens');
const Region = z.string().regex(/^[a-z0-9-]{1,40}$/, 'must be the name of a region, like eu-central-1');
/** Secrets Manager takes these characters in names. */
const SecretName = z
  .string()
  .max(256)
  .regex(/^[A-Za-z0-9/_+=.@-]+$/, 'must be the name of a secret');
/** A pebibyte is more than one endpoint has. */
const Capacity = z
  .int()
  .min(1)
  .max(1024 ** 5);
const Weight = z.int().min(1).max(1000);

export const NewNode = z.strictObject({
  name: Name,
  endpoint: z.string().max(255),
  region: Region,
  zone: Name,
  pool: Name.default('main'),
  pathStyle: z.boolean().default(true),
  secret: SecretName,
  capacityBytes: Capacity,
  weight: Weight.default(100),
  lifetimes: Lifetimes.partial().default({}),
});

export const NodePatch = z
  .strictObject({
    zone: Name,
    weight: Weight,
    capacityBytes: Capacity,
    lifetimes: Lifetimes.partial(),
    secret: SecretName,
  })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'must change something');

/** Sums of a node's slices, read consistently. */
export const NodeSpace = z.object({
  capacityBytes: z.int(),
  takenBytes: z.int(),
  freeBytes: z.int(),
  objects: z.int(),
});

export const NodeDetail = StorageNode.extend({ space: NodeSpace });

/** Lifetimes of which some are said. */
export const lifetimesWith = (
  said: { readonly [Name in keyof Lifetimes]?: number | undefined },
  others: Lifetimes,
) => ({
  putSeconds: said.putSeconds ?? others.putSeconds,
  getSeconds: said.getSeconds ?? others.getSeconds,
  downloadSeconds: said.downloadSeconds ?? others.downloadSeconds,
});
