import { isArray, isObject, type JsonObject } from '../json.ts';
import { compilePath, type Scope, type Selector } from './json-path.ts';
import { InvalidDefinition, runtimeError } from './state-error.ts';

/** A compiled choice rule. Throws States.Runtime when its variable does not exist. */
export type ChoiceRule = (scope: Scope) => boolean;

type Comparison = (left: unknown, right: unknown) => boolean;

/** The RFC 3339 profile of the States Language: an upper case T, and Z or an offset. */
const timestampPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

/** Milliseconds since 1970, or undefined for what is not a timestamp. */
export const timestampOf = (value: unknown): number | undefined => {
  if (typeof value !== 'string' || !timestampPattern.test(value)) return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
};

type Order = 'Equals' | 'LessThan' | 'GreaterThan' | 'LessThanEquals' | 'GreaterThanEquals';

const orders: Readonly<Record<Order, (left: number | string, right: number | string) => boolean>> = {
  Equals: (left, right) => left === right,
  LessThan: (left, right) => left < right,
  GreaterThan: (left, right) => left > right,
  LessThanEquals: (left, right) => left <= right,
  GreaterThanEquals: (left, right) => left >= right,
};

const comparisons = new Map<string, { readonly kind: string; readonly compare: Comparison }>();
for (const [order, holds] of Object.entries(orders)) {
  comparisons.set(`String${order}`, {
    kind: 'string',
    compare: (left, right) => typeof left === 'string' && typeof right === 'string' && holds(left, right),
  });
  comparisons.set(`Numeric${order}`, {
    kind: 'number',
    compare: (left, right) => typeof left === 'number' && typeof right === 'number' && holds(left, right),
  });
  comparisons.set(`Timestamp${order}`, {
    kind: 'timestamp',
    compare: (left, right) => {
      const [first, second] = [timestampOf(left), timestampOf(right)];
      return first !== undefined && second !== undefined && holds(first, second);
    },
  });
}
comparisons.set('BooleanEquals', {
  kind: 'boolean',
  compare: (left, right) => typeof left === 'boolean' && left === right,
});

const isKind = (kind: string, value: unknown): boolean =>
  kind === 'timestamp' ? timestampOf(value) !== undefined : typeof value === kind;

const tests: Readonly<Record<string, (value: unknown) => boolean>> = {
  IsNull: (value) => value === null,
  IsNumeric: (value) => typeof value === 'number',
  IsString: (value) => typeof value === 'string',
  IsBoolean: (value) => typeof value === 'boolean',
  IsTimestamp: (value) => timestampOf(value) !== undefined,
};

/** `*` stands for any characters; `\\*` and `\\\\` for themselves. */
const wildcardPattern = (text: string): RegExp => {
  const source = text.replace(/\\([*\\])|\*|[\s\S]/g, (found, escaped: string | undefined) => {
    if (escaped !== undefined) return `\\${escaped}`;
    return found === '*' ? '[\\s\\S]*' : found.replace(/[$()+.?[\\\]^{|}/-]/, '\\$&');
  });
  return new RegExp(`^${source}$`);
};

const required = (selector: Selector, scope: Scope, path: string): unknown => {
  const value = selector(scope);
  if (value === undefined) {
    throw runtimeError(`Invalid path '${path}': The choice state's condition path references an invalid value.`);
  }
  return value;
};

const compileComparison = (
  operator: string,
  expected: unknown,
  variable: Selector,
  text: string,
  where: string,
): ChoiceRule => {
  const path = `${where}.${operator}`;
  if (operator === 'IsPresent' || Object.hasOwn(tests, operator)) {
    if (typeof expected !== 'boolean') throw new InvalidDefinition(path, 'true or false is expected');
    const test = tests[operator];
    if (test === undefined) return (scope) => (variable(scope) !== undefined) === expected;
    return (scope) => test(required(variable, scope, text)) === expected;
  }
  if (operator === 'StringMatches') {
    if (typeof expected !== 'string') throw new InvalidDefinition(path, 'a string is expected');
    const pattern = wildcardPattern(expected);
    return (scope) => {
      const value = required(variable, scope, text);
      return typeof value === 'string' && pattern.test(value);
    };
  }
  const byPath = operator.endsWith('Path');
  const comparison = comparisons.get(byPath ? operator.slice(0, -4) : operator);
  if (comparison === undefined) throw new InvalidDefinition(path, 'not a comparison of the States Language');
  const { compare, kind } = comparison;
  if (byPath) {
    if (typeof expected !== 'string') throw new InvalidDefinition(path, 'a path is expected');
    const other = compilePath(expected, path);
    return (scope) => compare(required(variable, scope, text), required(other, scope, expected));
  }
  if (!isKind(kind, expected)) throw new InvalidDefinition(path, `a ${kind} is expected`);
  return (scope) => compare(required(variable, scope, text), expected);
};

const compileAll = (rules: unknown, where: string): ChoiceRule[] => {
  if (!isArray(rules) || rules.length === 0) throw new InvalidDefinition(where, 'a list of rules is expected');
  return rules.map((rule, index) => compileRule(rule, `${where}[${index}]`));
};

/**
 * Compiles one rule of a Choice state: And, Or, Not, or a Variable with one comparison.
 *
 * @param also fields that belong to the rule's place (Next of a top-level rule)
 */
export const compileRule = (rule: unknown, where: string, also: readonly string[] = []): ChoiceRule => {
  if (!isObject(rule)) throw new InvalidDefinition(where, 'a rule is expected');
  const operators = Object.keys(rule).filter((key) => key !== 'Variable' && key !== 'Comment' && !also.includes(key));
  const operator = operators[0];
  if (operator === undefined || operators.length > 1) throw new InvalidDefinition(where, 'one comparison is expected');
  return compileOperator(rule, operator, where);
};

const compileOperator = (rule: JsonObject, operator: string, where: string): ChoiceRule => {
  if (operator === 'And' || operator === 'Or') {
    const rules = compileAll(rule[operator], `${where}.${operator}`);
    return operator === 'And'
      ? (scope) => rules.every((each) => each(scope))
      : (scope) => rules.some((each) => each(scope));
  }
  if (operator === 'Not') {
    const inner = compileRule(rule['Not'], `${where}.Not`);
    return (scope) => !inner(scope);
  }
  const variable = rule['Variable'];
  if (typeof variable !== 'string') throw new InvalidDefinition(`${where}.Variable`, 'a path is expected');
  return compileComparison(operator, rule[operator], compilePath(variable, `${where}.Variable`), variable, where);
};
