import { compilePattern } from './patterns.ts';
import type { TextPattern, VariableLookup } from './patterns.ts';
import type { RequestContext } from './context.ts';

/** A statement's `Condition` block, compiled: all of its operators and keys must hold. */
export interface Condition {
  /** The condition keys asked for, in lower case. */
  readonly keys: readonly string[];
  holds(context: RequestContext, lookup: VariableLookup): boolean;
}

/** One comparison of a value of the request with a value of the policy. */
type Comparison = (actual: string, lookup: VariableLookup) => boolean;
type MakeComparison = (expected: string, variables: boolean) => Comparison;

const text = (options: { readonly wildcards: 'anywhere' | 'none'; readonly ignoreCase?: boolean }): MakeComparison => {
  return (expected, variables) => {
    const pattern = compilePattern(expected, { ...options, variables });
    return (actual, lookup) => pattern.matches(actual, lookup);
  };
};

const ordered = (
  toNumber: (text: string) => number,
  compare: (actual: number, expected: number) => boolean,
): MakeComparison => {
  return (expected) => {
    const limit = toNumber(expected);
    if (Number.isNaN(limit)) throw new Error(`"${expected}" is no value that this condition operator can compare with`);
    return (actual) => compare(toNumber(actual), limit);
  };
};

const instant = (value: string): number => (/^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value));

/** An ARN has six parts; the last one may contain colons. */
const arnParts = (arn: string): readonly string[] => {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
};

/** ArnEquals and ArnLike are the same: each of the six parts is compared on its own, with wildcards. */
const arn: MakeComparison = (expected, variables) => {
  if (expected === '*') return () => true;
  const patterns: readonly TextPattern[] = arnParts(expected).map((part) =>
    compilePattern(part, { wildcards: 'anywhere', variables }),
  );
  return (actual, lookup) => {
    const parts = arnParts(actual);
    return patterns.every((pattern, index) => pattern.matches(parts[index] ?? '', lookup));
  };
};

const ipNumber = (address: string): number | undefined => {
  const bytes = address.split('.').map(Number);
  if (bytes.length !== 4 || bytes.some((byte) => !Number.isInteger(byte) || byte < 0 || byte > 255)) return undefined;
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
};

/** IPv4 address or CIDR block. */
const ip: MakeComparison = (expected) => {
  const [address = '', bits = '32'] = expected.split('/');
  const network = ipNumber(address);
  if (network === undefined) throw new Error(`"${expected}" is no IPv4 address or block`);
  const size = 2 ** (32 - Number(bits));
  return (actual) => {
    const value = ipNumber(actual);
    return value !== undefined && Math.floor(value / size) === Math.floor(network / size);
  };
};

const OPERATORS: Readonly<Record<string, { readonly make: MakeComparison; readonly negated?: true }>> = {
  stringequals: { make: text({ wildcards: 'none' }) },
  stringnotequals: { make: text({ wildcards: 'none' }), negated: true },
  stringequalsignorecase: { make: text({ wildcards: 'none', ignoreCase: true }) },
  stringnotequalsignorecase: { make: text({ wildcards: 'none', ignoreCase: true }), negated: true },
  stringlike: { make: text({ wildcards: 'anywhere' }) },
  stringnotlike: { make: text({ wildcards: 'anywhere' }), negated: true },
  arnequals: { make: arn },
  arnlike: { make: arn },
  arnnotequals: { make: arn, negated: true },
  arnnotlike: { make: arn, negated: true },
  bool: { make: text({ wildcards: 'none', ignoreCase: true }) },
  binaryequals: { make: text({ wildcards: 'none' }) },
  ipaddress: { make: ip },
  notipaddress: { make: ip, negated: true },
  numericequals: { make: ordered(Number, (actual, expected) => actual === expected) },
  numericnotequals: { make: ordered(Number, (actual, expected) => actual === expected), negated: true },
  numericlessthan: { make: ordered(Number, (actual, expected) => actual < expected) },
  numericlessthanequals: { make: ordered(Number, (actual, expected) => actual <= expected) },
  numericgreaterthan: { make: ordered(Number, (actual, expected) => actual > expected) },
  numericgreaterthanequals: { make: ordered(Number, (actual, expected) => actual >= expected) },
  dateequals: { make: ordered(instant, (actual, expected) => actual === expected) },
  datenotequals: { make: ordered(instant, (actual, expected) => actual === expected), negated: true },
  datelessthan: { make: ordered(instant, (actual, expected) => actual < expected) },
  datelessthanequals: { make: ordered(instant, (actual, expected) => actual <= expected) },
  dategreaterthan: { make: ordered(instant, (actual, expected) => actual > expected) },
  dategreaterthanequals: { make: ordered(instant, (actual, expected) => actual >= expected) },
};

const SET_OPERATOR = /^(?:(forallvalues|foranyvalue):)?(.*?)(ifexists)?$/;

type Test = (context: RequestContext, lookup: VariableLookup) => boolean;

const compileTest = (operator: string, key: string, expected: readonly string[], variables: boolean): Test => {
  const [, quantifier, name = '', ifExists] = SET_OPERATOR.exec(operator.toLowerCase()) ?? [];
  if (name === 'null') {
    const wantMissing = expected.some((value) => value.toLowerCase() === 'true');
    return (context) => {
      const value = context(key);
      return (value === undefined || (typeof value !== 'string' && value.length === 0)) === wantMissing;
    };
  }
  const known = OPERATORS[name];
  if (known === undefined) throw new Error(`Unknown condition operator ${operator}`);
  const comparisons = expected.map((value) => known.make(value, variables));
  const negated = known.negated === true;
  const one = (actual: string, lookup: VariableLookup): boolean =>
    comparisons.some((comparison) => comparison(actual, lookup)) !== negated;
  return (context, lookup) => {
    const value = context(key);
    if (value === undefined || (typeof value !== 'string' && value.length === 0)) {
      if (ifExists !== undefined || quantifier === 'forallvalues') return true;
      return quantifier === 'foranyvalue' ? false : negated;
    }
    if (typeof value === 'string') return one(value, lookup);
    const all = quantifier === 'forallvalues' || (quantifier === undefined && negated);
    return all ? value.every((actual) => one(actual, lookup)) : value.some((actual) => one(actual, lookup));
  };
};

/** Compiles `Condition`. Throws for an operator that IAM does not have or a value that it cannot compare with. */
export const compileCondition = (
  block: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>,
  variables: boolean,
): Condition | undefined => {
  const tests: Test[] = [];
  const keys: string[] = [];
  for (const [operator, entries] of Object.entries(block)) {
    for (const [name, expected] of Object.entries(entries)) {
      const key = name.toLowerCase();
      keys.push(key);
      tests.push(compileTest(operator, key, expected, variables));
    }
  }
  if (tests.length === 0) return undefined;
  return { keys, holds: (context, lookup) => tests.every((test) => test(context, lookup)) };
};
