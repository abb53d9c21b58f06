/** Gives the value of a placeholder's path: `product.id`. */
export type Lookup = (path: string) => Promise<unknown>;

const ONLY = /^\$\{([a-z][\w.-]*)\}$/i;
const ANYWHERE = /\$\{([a-z][\w.-]*)\}/gi;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const inText = async (text: string, lookup: Lookup): Promise<unknown> => {
  const [, only] = ONLY.exec(text) ?? [];
  if (only !== undefined) return lookup(only);
  let resolved = text;
  for (const [placeholder, path = ''] of text.matchAll(ANYWHERE)) {
    const value = await lookup(path);
    resolved = resolved.replace(placeholder, () => (typeof value === 'string' ? value : JSON.stringify(value)));
  }
  return resolved;
};

/**
 * The same value with its placeholders replaced. A text that is nothing but one placeholder becomes its value, whatever
 * that is; in a longer text (such as a request's JSON body) what is no text is written as JSON.
 */
export const resolvePlaceholders = async (value: unknown, lookup: Lookup): Promise<unknown> => {
  if (typeof value === 'string') return inText(value, lookup);
  if (Array.isArray(value)) {
    const resolved: unknown[] = [];
    for (const element of value) resolved.push(await resolvePlaceholders(element, lookup));
    return resolved;
  }
  if (!isObject(value)) return value;
  const resolved: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    resolved[String(await inText(name, lookup))] = await resolvePlaceholders(member, lookup);
  }
  return resolved;
};
