import { isArray, isObject } from '../json.ts';
import { InvalidDefinition } from './state-error.ts';

/** What paths of a state read: `$` is the input (or result), `$$` the context object. */
export interface Scope {
  readonly input: unknown;
  readonly context: unknown;
}

/** A compiled path or expression: the value, or undefined when there is none (JSON has no undefined). */
export type Selector = (scope: Scope) => unknown;

/** One step of a reference path: a field's name or an index. */
export type ReferenceStep = string | number;

type Step = (values: readonly unknown[]) => unknown[];

const notSupported = (where: string, text: string): InvalidDefinition =>
  new InvalidDefinition(where, `the path ${text} is not valid, or uses what is not implemented (filters, functions)`);

const namePattern = /^[\p{L}\p{N}_-]+/u;
const quotedPattern = /^(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")$/;

const unescape = (text: string): string => text.replace(/\\(.)/g, '$1');

const childOf = (value: unknown, step: ReferenceStep): unknown => {
  if (typeof step === 'number') return isArray(value) ? value[step < 0 ? value.length + step : step] : undefined;
  return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
};

const present = (value: unknown): boolean => value !== undefined;

const children = (value: unknown): readonly unknown[] =>
  isArray(value) ? value : isObject(value) ? Object.values(value) : [];

const descendants = (value: unknown): unknown[] => [value, ...children(value).flatMap(descendants)];

const sliceStep = (text: string): Step => {
  const [from, to] = text.split(':');
  const start = from === undefined || from === '' ? undefined : Number(from);
  const end = to === undefined || to === '' ? undefined : Number(to);
  return (values) => values.flatMap((value) => (isArray(value) ? value.slice(start, end) : []));
};

/** What stands between brackets, read as far as its closing bracket outside quotes. */
const bracketed = (text: string): string | undefined =>
  /^\[((?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\]'"])*)\]/.exec(text)?.[1];

const memberOf = (text: string): ReferenceStep | undefined => {
  const quoted = quotedPattern.exec(text);
  if (quoted !== null) return unescape(quoted[1] ?? quoted[2] ?? '');
  return /^-?\d+$/.test(text) ? Number(text) : undefined;
};

interface Parsed {
  /** Present as long as every step names one node. */
  readonly reference: readonly ReferenceStep[] | undefined;
  readonly steps: readonly Step[];
}

const splitUnion = (text: string): string[] => text.match(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^,\s]+/g) ?? [];

const parseSteps = (path: string, text: string, where: string): Parsed => {
  const reference: ReferenceStep[] = [];
  const steps: Step[] = [];
  let definite = true;
  let rest = text;
  const single = (step: ReferenceStep): void => {
    reference.push(step);
    steps.push((values) => values.map((value) => childOf(value, step)).filter(present));
  };
  const several = (step: Step): void => {
    definite = false;
    steps.push(step);
  };
  while (rest !== '') {
    if (rest.startsWith('..')) {
      several((values) => values.flatMap(descendants));
      rest = rest[2] === '[' ? rest.slice(2) : rest.slice(1);
    }
    if (rest.startsWith('.*')) {
      several((values) => values.flatMap(children));
      rest = rest.slice(2);
    } else if (rest.startsWith('.')) {
      const name = namePattern.exec(rest.slice(1))?.[0];
      if (name === undefined || rest[1 + name.length] === '(') throw notSupported(where, path);
      single(name);
      rest = rest.slice(1 + name.length);
    } else {
      const inner = bracketed(rest);
      if (inner === undefined) throw notSupported(where, path);
      const trimmed = inner.trim();
      const members = splitUnion(trimmed).map(memberOf);
      if (trimmed === '*') several((values) => values.flatMap(children));
      else if (/^-?\d*:-?\d*$/.test(trimmed)) several(sliceStep(trimmed));
      else if (members.length === 0 || members.includes(undefined)) throw notSupported(where, path);
      else if (members.length === 1 && members[0] !== undefined) single(members[0]);
      else {
        const named = members.filter((member) => member !== undefined);
        several((values) => values.flatMap((value) => named.map((member) => childOf(value, member)).filter(present)));
      }
      rest = rest.slice(inner.length + 2);
    }
  }
  return { reference: definite ? reference : undefined, steps };
};

/**
 * Compiles a JSONPath (`$.a[0]`, `$$.Execution.Id`, `$..sku`, `$.lines[*].sku`, `$.a[1:3]`). A path that names one node
 * answers its value; any other answers the list of what it finds.
 */
export const compilePath = (path: string, where: string): Selector => {
  const inContext = path.startsWith('$$');
  if (!path.startsWith('$')) throw new InvalidDefinition(where, `a path must begin with $: ${path}`);
  const { reference, steps } = parseSteps(path, path.slice(inContext ? 2 : 1), where);
  const root = (scope: Scope): unknown => (inContext ? scope.context : scope.input);
  if (reference === undefined) {
    return (scope) => steps.reduce<readonly unknown[]>((values, step) => step(values), [root(scope)]);
  }
  if (reference.length === 0) return root;
  return (scope) => {
    let value = root(scope);
    for (const step of reference) value = childOf(value, step);
    return value;
  };
};

/** Compiles a reference path of the input, for ResultPath: names and indexes only. */
export const compileReference = (path: string, where: string): readonly ReferenceStep[] => {
  if (!path.startsWith('$') || path.startsWith('$$')) {
    throw new InvalidDefinition(where, `not a reference path of the input: ${path}`);
  }
  const { reference } = parseSteps(path, path.slice(1), where);
  if (reference === undefined) throw new InvalidDefinition(where, `not a reference path: ${path}`);
  return reference;
};
