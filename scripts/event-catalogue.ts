import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod';
import { EnvelopeFields, type EventContract } from '../lib/runtime/events.ts';

/**
 * The catalogue of events (`docs/events.json`): what consumers may rely on. It is made from the contracts; a change that
 * takes something away is refused, because events of one version change by addition only.
 */
const JsonSchema = z.record(z.string(), z.unknown());
export const Catalogue = z.object({
  envelope: JsonSchema,
  events: z.record(z.string(), JsonSchema),
});
export type Catalogue = z.output<typeof Catalogue>;

const isContract = (value: unknown): value is EventContract =>
  typeof value === 'object' && value !== null && 'detailType' in value && 'source' in value && 'detail' in value;

/** The contracts that the domains' `events.ts` export, by `<source> <detail type>`. */
export const eventContracts = async (): Promise<ReadonlyMap<string, EventContract>> => {
  const contracts = new Map<string, EventContract>();
  for (const file of globSync('functions/*/events.ts').sort()) {
    const module: unknown = await import(resolve(file));
    for (const contract of Object.values(Object(module)).filter(isContract)) {
      contracts.set(`${contract.source} ${contract.detailType}`, contract);
    }
  }
  return contracts;
};

const schemaOf = (schema: z.ZodType) => JsonSchema.parse(z.toJSONSchema(schema, { io: 'output' }));

export const currentCatalogue = async (): Promise<Catalogue> => ({
  envelope: schemaOf(EnvelopeFields),
  events: Object.fromEntries([...(await eventContracts())].map(([name, { detail }]) => [name, schemaOf(detail)])),
});

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const membersOf = (value: unknown): Readonly<Record<string, unknown>> => (isObject(value) ? value : {});

/**
 * What consumers of the earlier schema could not rely on any more, as paths with the reason: a member that is gone or
 * not always there, another type, a new value of an enumeration (a consumer's own enumeration refuses it).
 */
export const takenAway = (before: unknown, after: unknown, path: string): readonly string[] => {
  if (!isObject(before) || !isObject(after)) {
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [`${path}: is of another kind`];
  }
  const choices = listOf(before['anyOf'] ?? before['oneOf']);
  if (choices.length > 0) {
    const later = listOf(after['anyOf'] ?? after['oneOf'] ?? [after]);
    const unknown = later.filter((choice) => choices.every((known) => takenAway(known, choice, path).length > 0));
    return unknown.length === 0 ? [] : [`${path}: may now be something that it never was`];
  }
  for (const keyword of ['type', 'format', 'const']) {
    if (JSON.stringify(before[keyword]) !== JSON.stringify(after[keyword])) return [`${path}: another ${keyword}`];
  }
  const values = before['enum'];
  if (values !== undefined) {
    const added = listOf(after['enum'] ?? ['anything']).filter((value) => !listOf(values).includes(value));
    if (added.length > 0) return [`${path}: new values ${added.join(', ')}`];
  }
  const later = membersOf(after['properties']);
  const members = Object.entries(membersOf(before['properties'])).flatMap(([name, member]) => {
    const at = `${path}.${name}`;
    if (later[name] === undefined) return [`${at}: is gone`];
    const missing = listOf(before['required']).includes(name) && !listOf(after['required']).includes(name);
    return missing ? [`${at}: is not always there any more`] : takenAway(member, later[name], at);
  });
  const nested = ['items', 'additionalProperties'].flatMap((keyword) =>
    isObject(before[keyword]) ? takenAway(before[keyword], after[keyword], `${path}[]`) : [],
  );
  return [...members, ...nested];
};

/** All that a later catalogue takes away; also whole events. */
export const catalogueBreaks = (before: Catalogue, after: Catalogue): readonly string[] => [
  ...takenAway(before.envelope, after.envelope, 'envelope'),
  ...Object.entries(before.events).flatMap(([name, schema]) =>
    after.events[name] === undefined ? [`${name}: is gone`] : takenAway(schema, after.events[name], name),
  ),
];
