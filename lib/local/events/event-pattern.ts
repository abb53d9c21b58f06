import { isArray, isObject, type JsonObject } from '../json.ts';

/** Does an event match? */
export type EventPattern = (event: JsonObject) => boolean;

/** Does one value that an event has match? */
type ValueTest = (value: unknown) => boolean;

/** What is asked of one field: any of its tests, or that it is not there. */
interface FieldTest {
  readonly tests: readonly ValueTest[];
  readonly matchesAbsent: boolean;
}

type Matcher = (value: unknown) => boolean;

/** A pattern that is wrong, or uses an operator that is not implemented, with its path. */
export class InvalidPattern extends Error {
  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`);
    this.name = 'InvalidPattern';
  }
}

const isScalar = (value: unknown): boolean => value === null || ['string', 'number', 'boolean'].includes(typeof value);

const textFor = (value: unknown, path: string): string => {
  if (typeof value === 'string') return value;
  throw new InvalidPattern(path, 'a string is expected');
};

const comparisons: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  '=': (value, limit) => value === limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
};

const numeric = (operand: unknown, path: string): ValueTest => {
  if (!isArray(operand) || operand.length === 0 || operand.length % 2 !== 0) {
    throw new InvalidPattern(path, 'pairs of an operator and a number are expected');
  }
  const limits: ((value: number) => boolean)[] = [];
  for (let index = 0; index < operand.length; index += 2) {
    const [operator, limit] = [operand[index], operand[index + 1]];
    const compare = typeof operator === 'string' ? comparisons[operator] : undefined;
    if (compare === undefined || typeof limit !== 'number')
      throw new InvalidPattern(path, 'an operator and a number are expected');
    limits.push((value) => compare(value, limit));
  }
  return (value) => typeof value === 'number' && limits.every((holds) => holds(value));
};

const ends = (operator: 'prefix' | 'suffix', operand: unknown, path: string): ValueTest => {
  const text = textFor(operand, path);
  if (operator === 'prefix') return (value) => typeof value === 'string' && value.startsWith(text);
  return (value) => typeof value === 'string' && value.endsWith(text);
};

const ignoringCase = (operand: unknown, path: string): ValueTest => {
  const text = textFor(operand, path).toLowerCase();
  return (value) => typeof value === 'string' && value.toLowerCase() === text;
};

const anyOf = (operand: unknown, test: (one: unknown) => ValueTest): ValueTest => {
  const tests = (isArray(operand) ? operand : [operand]).map(test);
  return (value) => tests.some((holds) => holds(value));
};

const anythingBut = (operand: unknown, path: string): ValueTest => {
  const excluded = excludedBy(operand, path);
  return (value) => !excluded(value);
};

const excludedBy = (operand: unknown, path: string): ValueTest => {
  if (!isObject(operand)) {
    return anyOf(operand, (one) => {
      if (typeof one !== 'string' && typeof one !== 'number')
        throw new InvalidPattern(path, 'strings or numbers are expected');
      return (value) => value === one;
    });
  }
  const [operator = '', ...others] = Object.keys(operand);
  const inner = `${path}.${operator}`;
  if (others.length > 0) throw new InvalidPattern(path, 'one operator is expected');
  if (operator === 'prefix' || operator === 'suffix')
    return anyOf(operand[operator], (one) => ends(operator, one, inner));
  if (operator === 'equals-ignore-case') return anyOf(operand[operator], (one) => ignoringCase(one, inner));
  throw new InvalidPattern(inner, 'the local cloud does not implement this operator');
};

const operatorTest = (alternative: JsonObject, path: string): ValueTest => {
  const [operator = '', ...others] = Object.keys(alternative);
  if (others.length > 0) throw new InvalidPattern(path, 'one operator is expected');
  const operand = alternative[operator];
  const inner = `${path}.${operator}`;
  switch (operator) {
    case 'prefix':
    case 'suffix':
      return ends(operator, operand, inner);
    case 'equals-ignore-case':
      return ignoringCase(operand, inner);
    case 'anything-but':
      return anythingBut(operand, inner);
    case 'numeric':
      return numeric(operand, inner);
    default:
      throw new InvalidPattern(inner, 'the local cloud does not implement this operator');
  }
};

const existsOperand = (alternative: unknown, path: string): boolean | undefined => {
  if (!isObject(alternative) || !Object.hasOwn(alternative, 'exists')) return undefined;
  if (typeof alternative['exists'] !== 'boolean')
    throw new InvalidPattern(`${path}.exists`, 'true or false is expected');
  return alternative['exists'];
};

const compileField = (alternatives: readonly unknown[], path: string): FieldTest => {
  if (alternatives.length === 0) throw new InvalidPattern(path, 'an empty list matches nothing');
  let matchesAbsent = false;
  const tests: ValueTest[] = [];
  for (const [index, alternative] of alternatives.entries()) {
    const at = `${path}[${index}]`;
    const exists = existsOperand(alternative, at);
    if (exists === false) matchesAbsent = true;
    else if (exists === true) tests.push(isScalar);
    else if (isObject(alternative)) tests.push(operatorTest(alternative, at));
    else if (isScalar(alternative)) tests.push((value) => value === alternative);
    else throw new InvalidPattern(at, 'a value or an operator is expected');
  }
  return { tests, matchesAbsent };
};

/** The values of a field: the members of a list, at any depth, or the value itself. */
const valuesOf = (value: unknown): readonly unknown[] =>
  isArray(value) ? value.flatMap(valuesOf) : isScalar(value) ? [value] : [];

const fieldMatcher = ({ tests, matchesAbsent }: FieldTest): Matcher => {
  const [only] = tests;
  const test: ValueTest =
    tests.length === 1 && only !== undefined ? only : (value) => tests.some((holds) => holds(value));
  return (value) => {
    if (typeof value === 'string') return test(value);
    const values = valuesOf(value);
    return values.length === 0 ? matchesAbsent : values.some(test);
  };
};

const compileObject = (pattern: JsonObject, path: string): Matcher => {
  const fields = Object.entries(pattern).map(([name, inner]): readonly [string, Matcher] => {
    const at = path === '' ? name : `${path}.${name}`;
    if (name.startsWith('$')) throw new InvalidPattern(at, 'the local cloud does not implement this operator');
    if (isArray(inner)) return [name, fieldMatcher(compileField(inner, at))];
    if (isObject(inner)) return [name, compileObject(inner, at)];
    throw new InvalidPattern(at, 'a list or an object is expected');
  });
  if (fields.length === 0) throw new InvalidPattern(path, 'an empty object matches nothing');
  const matches = (value: unknown): boolean =>
    fields.every(([name, holds]) => holds(isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined));
  // Of a list of objects one must match as a whole; nothing at all may still be what the fields ask for.
  return (value) => (isArray(value) && value.length > 0 ? value.some(matches) : matches(value));
};

/**
 * Compiles an event pattern: exact values, prefix, suffix, anything-but, exists, numeric, equals-ignore-case.
 * @throws InvalidPattern for anything else
 */
export const compileEventPattern = (pattern: unknown): EventPattern => {
  if (!isObject(pattern)) throw new InvalidPattern('EventPattern', 'an object is expected');
  return compileObject(pattern, '');
};
