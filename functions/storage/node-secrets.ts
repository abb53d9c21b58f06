import * as z from 'zod';
import { defineError } from '../../lib/runtime/errors.ts';

export const nodeSecretRefused = defineError('node_secret_refused', 422, 'The secret of the node cannot be used');

const Credentials = z.object({ accessKeyId: z.string().min(1), secretAccessKey: z.string().min(1) });

/**
 * The credentials of a node by the name of their secret, which is below `prefix`.
 * @throws node_secret_refused with what is wrong and how the secret is made
 */
export const nodeSecrets =
  (secrets: { read(name: string): Promise<string> }, prefix: string) =>
  async (name: string): Promise<z.output<typeof Credentials>> => {
    if (!name.startsWith(prefix) || name === prefix)
      throw nodeSecretRefused(`The secret of a node has a name that begins with ${prefix}; this one is ${name}.`);
    const text = await secrets.read(name).catch((cause: unknown) => {
      const missing = cause instanceof Error && cause.name === 'ResourceNotFoundException';
      if (!missing) throw cause;
      throw nodeSecretRefused(
        `There is no secret ${name} in Secrets Manager. Make it with the value {"accessKeyId": "...", "secretAccessKey": "..."}.`,
        { cause },
      );
    });
    const parsed = Credentials.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    // What is in the secret is never said.
    throw nodeSecretRefused(
      `The secret ${name} is not of the form {"accessKeyId": "...", "secretAccessKey": "..."}. Put a new value into it.`,
    );
  };

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // refused by its form
  }
};
