import * as z from 'zod';

/** The variable by which the contract suite finds the node to be tried. */
export const SUBJECT_VARIABLE = 'STORAGE_NODE';

/** A node under the contract suite, as it is told to the process of the tests. */
export const Subject = z.strictObject({
  /** Whose differences are listed. */
  name: z.string(),
  endpoint: z.string(),
  region: z.string(),
  credentials: z.strictObject({ accessKeyId: z.string(), secretAccessKey: z.string() }),
  /** Another node of the kind, of 3 MiB; or the commands that make such a bucket: `{bucket}` stands for its name. */
  full: z
    .union([z.strictObject({ endpoint: z.string() }), z.strictObject({ commands: z.array(z.array(z.string())) })])
    .optional(),
});
export type Subject = z.output<typeof Subject>;
