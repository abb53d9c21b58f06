/** Text of a policy with its wildcards and variables, compiled. `undefined` as a variable's value: nothing matches. */
export type VariableLookup = (key: string) => string | undefined;

export interface TextPattern {
  /** True when the pattern has no variables, so that the answer depends on the text alone. */
  readonly fixed: boolean;
  matches(text: string, lookup: VariableLookup): boolean;
}

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly key: string; readonly fallback?: string };

/** How `*` and `?` are read: anywhere, as in a resource ARN (a `*` inside a segment stops at a colon), or not at all. */
export type Wildcards = 'anywhere' | 'arn' | 'none';

const VARIABLE = /\$\{([^}]*)\}/g;

/** Splits `${key}`, `${key, 'default'}` and the escapes `${*}`, `${?}`, `${$}` out of a policy text. */
const partsOf = (source: string, withVariables: boolean): readonly Part[] => {
  if (!withVariables) return [{ kind: 'text', text: source }];
  const parts: Part[] = [];
  let end = 0;
  for (const match of source.matchAll(VARIABLE)) {
    if (match.index > end) parts.push({ kind: 'text', text: source.slice(end, match.index) });
    end = match.index + match[0].length;
    const [key = '', ...rest] = (match[1] ?? '').split(',');
    const fallback = /^\s*'(.*)'\s*$/.exec(rest.join(','))?.[1];
    parts.push({ kind: 'variable', key: key.trim().toLowerCase(), ...(fallback === undefined ? {} : { fallback }) });
  }
  if (end < source.length) parts.push({ kind: 'text', text: source.slice(end) });
  return parts;
};

const ESCAPES = new Set(['*', '?', '$']);
const quote = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/**
 * IAM: a `*` in an ARN stands for characters of one colon-separated segment, and for anything, colons included, when it
 * is the last character of its segment.
 */
const arnStar = (following: string | undefined): string =>
  following === undefined || following === ':' ? '[^]*' : '[^:]*';

const globSource = (text: string, wildcards: Wildcards, isLast: boolean): string => {
  if (wildcards === 'none') return quote(text);
  let source = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '*') {
      const following = at + 1 < text.length ? text.charAt(at + 1) : isLast ? undefined : 'variable';
      source += wildcards === 'arn' ? arnStar(following) : '[^]*';
    } else if (character === '?') source += wildcards === 'arn' ? '[^:]' : '[^]';
    else source += quote(character);
  }
  return source;
};

const simple = (source: string, wildcards: Wildcards, ignoreCase: boolean): TextPattern | undefined => {
  if (wildcards !== 'none' && source === '*') return { fixed: true, matches: () => true };
  if (wildcards === 'none' || !/[*?]/.test(source)) {
    const wanted = ignoreCase ? source.toLowerCase() : source;
    return { fixed: true, matches: (text) => (ignoreCase ? text.toLowerCase() : text) === wanted };
  }
  return undefined;
};

/** Compiles one policy text. Variables are resolved for documents of version 2012-10-17 only, as IAM does. */
export const compilePattern = (
  source: string,
  options: { readonly wildcards: Wildcards; readonly variables: boolean; readonly ignoreCase?: boolean },
): TextPattern => {
  const ignoreCase = options.ignoreCase ?? false;
  const parts = partsOf(source, options.variables);
  if (parts.every((part) => part.kind === 'text')) {
    const plain = simple(source, options.wildcards, ignoreCase);
    if (plain !== undefined) return plain;
  }
  const flags = ignoreCase ? 'i' : '';
  const fixed = parts.every((part) => part.kind === 'text' || ESCAPES.has(part.key));
  const build = (lookup: VariableLookup): RegExp | undefined => {
    let pattern = '^';
    for (const [index, part] of parts.entries()) {
      if (part.kind === 'text') pattern += globSource(part.text, options.wildcards, index === parts.length - 1);
      else if (ESCAPES.has(part.key)) pattern += quote(part.key);
      else {
        const value = lookup(part.key) ?? part.fallback;
        if (value === undefined) return undefined;
        pattern += quote(value);
      }
    }
    return new RegExp(`${pattern}$`, flags);
  };
  if (fixed) {
    const regex = build(() => undefined);
    return { fixed, matches: (text) => regex?.test(text) ?? false };
  }
  return { fixed, matches: (text, lookup) => build(lookup)?.test(text) ?? false };
};
