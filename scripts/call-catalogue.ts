import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod';
import type { CallContract } from '../lib/runtime/call.ts';
import { takenAway } from './event-catalogue.ts';

/**
 * The catalogue of calls (`docs/calls.json`): what callers and workflows under way send, and rely on in the answer. While a
 * domain is deployed, workflows that began with the old steps call the new ones, and new workflows call steps that are still
 * the old ones. So an input takes all that was ever sent and ignores what it does not know, and an answer loses nothing.
 */
const JsonSchema = z.record(z.string(), z.unknown());
export const CallCatalogue = z.record(z.string(), z.object({ input: JsonSchema, output: JsonSchema }));
export type CallCatalogue = z.output<typeof CallCatalogue>;

const isContract = (value: unknown): value is CallContract =>
  typeof value === 'object' && value !== null && 'timeoutMs' in value && 'input' in value && 'output' in value;

/** Every call that the domains' `calls.ts` declare, by `<domain>.<name>`. */
export const currentCalls = async (): Promise<CallCatalogue> => {
  const calls: Record<string, unknown> = {};
  for (const file of globSync('functions/*/calls.ts').sort()) {
    const module: unknown = await import(resolve(file));
    for (const { domain, name, input, output } of Object.values(Object(module)).filter(isContract)) {
      calls[`${domain}.${name}`] = {
        input: z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }),
        output: z.toJSONSchema(output, { io: 'output', unrepresentable: 'any' }),
      };
    }
  }
  return CallCatalogue.parse(JSON.parse(JSON.stringify(calls)));
};

type Schema = Readonly<Record<string, unknown>>;
const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const membersOf = (value: unknown): Schema => (isSchema(value) ? value : {});
/** A schema of several types, `["string", "null"]`, is a choice too. */
const choicesOf = (schema: Schema): readonly unknown[] => {
  const { type } = schema;
  return Array.isArray(type)
    ? type.map((each) => ({ ...schema, type: each }))
    : listOf(schema['anyOf'] ?? schema['oneOf']);
};
const typesOf = ({ type }: Schema): ReadonlySet<string> =>
  new Set(type === 'number' ? ['number', 'integer'] : [String(type)]);
const valuesOf = (schema: Schema): readonly unknown[] | undefined =>
  'const' in schema ? [schema['const']] : Array.isArray(schema['enum']) ? schema['enum'] : undefined;

const UPPER = ['maximum', 'maxLength', 'maxItems'];
const LOWER = ['minimum', 'minLength', 'minItems'];

const narrowed = (sent: Schema, taken: Schema, path: string): string[] => {
  const tighter = (keyword: string, worse: (now: number, before: number) => boolean): boolean => {
    const now = taken[keyword];
    if (typeof now !== 'number') return false;
    const before = sent[keyword];
    return typeof before !== 'number' || worse(now, before);
  };
  const keywords = [
    ...UPPER.filter((keyword) => tighter(keyword, (now, before) => now < before)),
    ...LOWER.filter((keyword) => tighter(keyword, (now, before) => now > before)),
    ...['pattern', 'format'].filter((keyword) => keyword in taken && taken[keyword] !== sent[keyword]),
  ];
  return keywords.map((keyword) => `${path}: a narrower ${keyword}`);
};

/** What was sent by the earlier schema and is refused by the later one, as paths with the reason. */
export const refused = (sent: unknown, taken: unknown, path: string): readonly string[] => {
  if (!isSchema(sent) || !isSchema(taken)) return [];
  const choices = choicesOf(sent);
  if (choices.length > 0) return choices.flatMap((choice) => refused(choice, taken, path));
  const later = choicesOf(taken);
  if (later.length > 0) {
    return later.some((choice) => refused(sent, choice, path).length === 0) ? [] : [`${path}: fits no choice any more`];
  }
  if (!typesOf(taken).has(String(sent['type'])) && 'type' in taken) return [`${path}: another type`];
  const values = valuesOf(taken);
  if (values !== undefined) {
    const gone = (valuesOf(sent) ?? ['anything']).filter((value) => !values.includes(value));
    if (gone.length > 0) return [`${path}: ${gone.map(String).join(', ')} is not taken any more`];
  }
  const [before, after] = [membersOf(sent['properties']), membersOf(taken['properties'])];
  const needed = listOf(taken['required']).filter((name) => !listOf(sent['required']).includes(name));
  return [
    ...narrowed(sent, taken, path),
    ...needed.map((name) => `${path}.${String(name)}: is now needed`),
    ...Object.keys(before).flatMap((name) => refused(before[name], after[name], `${path}.${name}`)),
    ...['items', 'additionalProperties'].flatMap((keyword) => refused(sent[keyword], taken[keyword], `${path}[]`)),
  ];
};

/** Where an input refuses what it does not know, so that nobody can begin to send it. */
export const intolerant = (schema: unknown, path: string): readonly string[] => {
  if (Array.isArray(schema)) return schema.flatMap((each) => intolerant(each, path));
  if (!isSchema(schema)) return [];
  return [
    ...(schema['additionalProperties'] === false ? [path] : []),
    ...Object.entries(membersOf(schema['properties'])).flatMap(([name, member]) =>
      intolerant(member, `${path}.${name}`),
    ),
    ...['items', 'additionalProperties', 'anyOf', 'oneOf', 'allOf'].flatMap((keyword) =>
      intolerant(schema[keyword], path),
    ),
  ];
};

/** All that workflows and callers under way could not do any more. */
export const callBreaks = (before: CallCatalogue, after: CallCatalogue): readonly string[] =>
  Object.entries(before).flatMap(([name, earlier]) => {
    const later = after[name];
    if (later === undefined) return [`${name}: is gone`];
    return [
      ...refused(earlier.input, later.input, `${name} input`),
      ...takenAway(earlier.output, later.output, `${name} output`),
    ];
  });
