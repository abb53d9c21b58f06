import { isArray, isObject, type JsonObject } from '../json.ts';

/** What intrinsic functions can ask for. The look-ups throw when there is no such thing. */
export interface Scope {
  /** A parameter, pseudo parameter or resource. `undefined` is `AWS::NoValue`. */
  ref(name: string): string | undefined;
  attribute(logicalId: string, attribute: string): string;
  condition(name: string): boolean;
}

const fail = (path: string, problem: string): never => {
  throw new Error(`${path}: ${problem}`);
};

/** The one key of an object that is a call of an intrinsic function: `Ref`, `Condition` or `Fn::*`. */
const calledFunction = (value: JsonObject): string | undefined => {
  const [name, ...others] = Object.keys(value);
  if (name === undefined || others.length > 0) return undefined;
  return name === 'Ref' || name.startsWith('Fn::') ? name : undefined;
};

const textOf = (value: unknown, path: string): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : fail(path, `expected text, got ${JSON.stringify(value) ?? 'nothing'}`);

const pair = (value: unknown, path: string): readonly [unknown, unknown] =>
  isArray(value) && value.length === 2 ? [value[0], value[1]] : fail(path, 'expected a list of two');

/** Splits `Logical.Attribute` (the attribute may have dots itself). */
const getAttParts = (argument: unknown, path: string): readonly [string, string] => {
  if (typeof argument === 'string') {
    const dot = argument.indexOf('.');
    return dot > 0 ? [argument.slice(0, dot), argument.slice(dot + 1)] : fail(path, `Fn::GetAtt of "${argument}"`);
  }
  const [logicalId, attribute] = pair(argument, path);
  return [textOf(logicalId, path), textOf(attribute, path)];
};

const placeholders = /\$\{(!?)([^}]*)\}/g;

const subParts = (argument: unknown, path: string): readonly [string, JsonObject] => {
  if (typeof argument === 'string') return [argument, {}];
  const [text, variables] = pair(argument, path);
  if (typeof text !== 'string' || !isObject(variables)) return fail(path, 'expected a text and a map');
  return [text, variables];
};

const conditionFunctions: Readonly<
  Record<
    string,
    (argument: unknown, holds: (condition: unknown) => boolean, same: (pair: unknown) => boolean) => boolean
  >
> = {
  'Fn::Equals': (argument, _holds, same) => same(argument),
  'Fn::Not': (argument, holds) => isArray(argument) && !holds(argument[0]),
  'Fn::And': (argument, holds) => isArray(argument) && argument.every(holds),
  'Fn::Or': (argument, holds) => isArray(argument) && argument.some(holds),
};

/** Evaluates an entry of a template's `Conditions`. */
export const evaluateCondition = (condition: unknown, scope: Scope, path: string): boolean => {
  if (!isObject(condition)) return fail(path, 'expected a condition function');
  const [name = ''] = Object.keys(condition);
  if (name === 'Condition') return scope.condition(textOf(condition[name], path));
  const evaluate = conditionFunctions[name] ?? fail(path, `the local cloud does not implement ${name} in a condition`);
  return evaluate(
    condition[name],
    (inner) => evaluateCondition(inner, scope, path),
    (operands) => {
      const [left, right] = pair(operands, path);
      return textOf(resolveValue(left, scope, path), path) === textOf(resolveValue(right, scope, path), path);
    },
  );
};

const callFunction = (name: string, argument: unknown, scope: Scope, path: string): unknown => {
  const resolved = (value: unknown): unknown => resolveValue(value, scope, path);
  switch (name) {
    case 'Ref':
      return scope.ref(textOf(argument, path));
    case 'Fn::GetAtt':
      return scope.attribute(...getAttParts(argument, path));
    case 'Fn::Join': {
      const [separator, members] = pair(argument, path);
      const list = resolved(members);
      if (!isArray(list)) return fail(path, 'Fn::Join needs a list');
      return list.map((member) => textOf(member, path)).join(textOf(separator, path));
    }
    case 'Fn::Split': {
      const [separator, text] = pair(argument, path);
      return textOf(resolved(text), path).split(textOf(separator, path));
    }
    case 'Fn::Select': {
      const [index, members] = pair(argument, path);
      const list = resolved(members);
      const at = Number(resolved(index));
      if (!isArray(list) || list[at] === undefined)
        return fail(path, `Fn::Select of ${at} from ${JSON.stringify(list)}`);
      return list[at];
    }
    case 'Fn::Sub': {
      const [text, variables] = subParts(argument, path);
      return text.replaceAll(placeholders, (_match, literal: string, name: string) => {
        if (literal === '!') return `\${${name}}`;
        if (Object.hasOwn(variables, name)) return textOf(resolved(variables[name]), path);
        return name.includes('.') ? scope.attribute(...getAttParts(name, path)) : textOf(scope.ref(name), path);
      });
    }
    case 'Fn::If': {
      if (!isArray(argument) || argument.length !== 3) return fail(path, 'Fn::If needs a condition and two values');
      return resolved(scope.condition(textOf(argument[0], path)) ? argument[1] : argument[2]);
    }
    case 'Fn::ImportValue':
      return fail(path, 'stacks are not coupled by exports here: use an SSM parameter or a derived name');
    default:
      return fail(path, `the local cloud does not implement ${name}`);
  }
};

/**
 * A value of a template with its intrinsic functions evaluated; `AWS::NoValue` removes its property or list member.
 * @throws Error that begins with the path of the value
 */
export const resolveValue = (value: unknown, scope: Scope, path: string): unknown => {
  if (typeof value === 'string') {
    return value.includes('{{resolve:') ? fail(path, 'the local cloud does not implement dynamic references') : value;
  }
  if (isArray(value)) {
    return value.map((member, index) => resolveValue(member, scope, `${path}.${index}`)).filter((m) => m !== undefined);
  }
  if (!isObject(value)) return value;
  const called = calledFunction(value);
  if (called !== undefined) return callFunction(called, value[called], scope, path);
  const resolved: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    const inner = resolveValue(member, scope, `${path}.${name}`);
    if (inner !== undefined) resolved[name] = inner;
  }
  return resolved;
};

/** The logical ids and parameters that a value refers to. */
export const referencesOf = (value: unknown, found: Set<string> = new Set()): Set<string> => {
  if (isArray(value)) for (const member of value) referencesOf(member, found);
  if (!isObject(value)) return found;
  const called = calledFunction(value);
  if (called === 'Ref' && typeof value[called] === 'string') found.add(value[called]);
  else if (called === 'Fn::GetAtt') found.add(getAttParts(value[called], 'Fn::GetAtt')[0]);
  else if (called === 'Fn::Sub') {
    const [text, variables] = subParts(value[called], 'Fn::Sub');
    for (const [, literal, name = ''] of text.matchAll(placeholders)) {
      if (literal !== '!' && !Object.hasOwn(variables, name)) found.add(name.split('.')[0] ?? name);
    }
    referencesOf(variables, found);
  } else for (const member of Object.values(value)) referencesOf(member, found);
  return found;
};
