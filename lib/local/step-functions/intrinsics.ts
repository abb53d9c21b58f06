import { createHash, randomUUID } from 'node:crypto';
import { isArray, isObject, parseJson, sameJson } from '../json.ts';
import { StateError } from './state-error.ts';

/** An intrinsic function on evaluated arguments. Wrong arguments throw States.IntrinsicFailure. */
type Intrinsic = (args: readonly unknown[]) => unknown;

const failure = (name: string, problem: string): StateError =>
  new StateError('States.IntrinsicFailure', `${name}: ${problem}`);

const textAt = (name: string, args: readonly unknown[], index: number): string => {
  const value = args[index];
  if (typeof value !== 'string') throw failure(name, `argument ${index + 1} must be a string`);
  return value;
};

const integerAt = (name: string, args: readonly unknown[], index: number): number => {
  const value = args[index];
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw failure(name, `argument ${index + 1} must be a number`);
  return Math.round(value);
};

const arrayAt = (name: string, args: readonly unknown[], index: number): readonly unknown[] => {
  const value = args[index];
  if (!isArray(value)) throw failure(name, `argument ${index + 1} must be an array`);
  return value;
};

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const format: Intrinsic = (args) => {
  const template = textAt('States.Format', args, 0);
  const values = args.slice(1);
  const parts = template.split(/(?<!\\)\{\}/).map((part) => part.replace(/\\([{}])/g, '$1'));
  if (parts.length - 1 !== values.length) {
    throw failure('States.Format', `the template has ${parts.length - 1} places for ${values.length} values`);
  }
  return parts.map((part, index) => (index === 0 ? part : shown(values[index - 1]) + part)).join('');
};

const partition: Intrinsic = (args) => {
  const values = arrayAt('States.ArrayPartition', args, 0);
  const size = integerAt('States.ArrayPartition', args, 1);
  if (size < 1) throw failure('States.ArrayPartition', 'the size must be positive');
  return Array.from({ length: Math.ceil(values.length / size) }, (_, index) =>
    values.slice(index * size, (index + 1) * size),
  );
};

/** States.ArrayRange answers 1000 members at most. */
const longestRange = 1000;

const range: Intrinsic = (args) => {
  const [first, last, step] = [0, 1, 2].map((index) => integerAt('States.ArrayRange', args, index));
  if (first === undefined || last === undefined || step === undefined || step === 0) {
    throw failure('States.ArrayRange', 'the step must not be 0');
  }
  const length = Math.max(0, Math.floor((last - first) / step) + 1);
  if (length > longestRange) throw failure('States.ArrayRange', `more than ${longestRange} members`);
  return Array.from({ length }, (_, index) => first + index * step);
};

/** The SHA and MD5 names of the States Language, as node:crypto spells them. */
const algorithms: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

const hash: Intrinsic = (args) => {
  const algorithm = algorithms[textAt('States.Hash', args, 1)];
  if (algorithm === undefined) throw failure('States.Hash', `unknown algorithm ${shown(args[1])}`);
  return createHash(algorithm).update(shown(args[0])).digest('hex');
};

const stringToJson: Intrinsic = (args) => {
  const text = textAt('States.StringToJson', args, 0);
  try {
    return parseJson(text);
  } catch {
    throw failure('States.StringToJson', 'not JSON');
  }
};

const merge: Intrinsic = (args) => {
  const [left, right, deep] = args;
  if (!isObject(left) || !isObject(right)) throw failure('States.JsonMerge', 'two objects are expected');
  if (deep !== false) throw failure('States.JsonMerge', 'the third argument must be false: only shallow merges exist');
  return { ...left, ...right };
};

const unique: Intrinsic = (args) => {
  const kept: unknown[] = [];
  for (const value of arrayAt('States.ArrayUnique', args, 0)) {
    if (!kept.some((other) => sameJson(other, value))) kept.push(value);
  }
  return kept;
};

const split: Intrinsic = (args) => {
  const text = textAt('States.StringSplit', args, 0);
  const separators = textAt('States.StringSplit', args, 1);
  // Each character of the second argument separates, and empty parts are left out.
  const parts: string[] = [''];
  for (const character of text) {
    if (separators.includes(character)) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.filter((part) => part !== '');
};

const random: Intrinsic = (args) => {
  const from = integerAt('States.MathRandom', args, 0);
  const to = integerAt('States.MathRandom', args, 1);
  return from + Math.floor(Math.random() * (to - from));
};

const element: Intrinsic = (args) => {
  const value = arrayAt('States.ArrayGetItem', args, 0)[integerAt('States.ArrayGetItem', args, 1)];
  if (value === undefined) throw failure('States.ArrayGetItem', 'no such index');
  return value;
};

/** The intrinsic functions of the States Language, with the number of arguments that each takes. */
export const intrinsics: Readonly<
  Record<string, { readonly least: number; readonly most: number; readonly run: Intrinsic }>
> = {
  'States.Format': { least: 1, most: Infinity, run: format },
  'States.StringToJson': { least: 1, most: 1, run: stringToJson },
  'States.JsonToString': { least: 1, most: 1, run: (args) => JSON.stringify(args[0]) },
  'States.JsonMerge': { least: 3, most: 3, run: merge },
  'States.Array': { least: 0, most: Infinity, run: (args) => args },
  'States.ArrayPartition': { least: 2, most: 2, run: partition },
  'States.ArrayContains': {
    least: 2,
    most: 2,
    run: (args) => arrayAt('States.ArrayContains', args, 0).some((value) => sameJson(value, args[1])),
  },
  'States.ArrayRange': { least: 3, most: 3, run: range },
  'States.ArrayGetItem': { least: 2, most: 2, run: element },
  'States.ArrayLength': { least: 1, most: 1, run: (args) => arrayAt('States.ArrayLength', args, 0).length },
  'States.ArrayUnique': { least: 1, most: 1, run: unique },
  'States.Base64Encode': {
    least: 1,
    most: 1,
    run: (args) => Buffer.from(textAt('States.Base64Encode', args, 0)).toString('base64'),
  },
  'States.Base64Decode': {
    least: 1,
    most: 1,
    run: (args) => Buffer.from(textAt('States.Base64Decode', args, 0), 'base64').toString('utf8'),
  },
  'States.Hash': { least: 2, most: 2, run: hash },
  'States.MathRandom': { least: 2, most: 2, run: random },
  'States.MathAdd': {
    least: 2,
    most: 2,
    run: (args) => integerAt('States.MathAdd', args, 0) + integerAt('States.MathAdd', args, 1),
  },
  'States.StringSplit': { least: 2, most: 2, run: split },
  'States.UUID': { least: 0, most: 0, run: () => randomUUID() },
};
