import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';

/** Where the events are: `events/<domain>/<function>.<success|refusal>.json`. */
const EVENTS = 'events';

export const KINDS = ['success', 'refusal'] as const;
export type Kind = (typeof KINDS)[number];

const Subset = z.record(z.string(), z.unknown());

/** A look from outside, after the function has run: what its answer alone cannot tell (an empty one, a batch's). */
const Afterwards = z.strictObject({
  /** Whose credential: `secret`, `operator`, ... (a fixture with a `credential`). */
  as: z.string().optional(),
  method: z.enum(['GET', 'POST']).default('GET'),
  path: z.string().startsWith('/v1/'),
  headers: z.record(z.string(), z.string()).optional(),
  send: z.unknown().optional(),
  status: z.number().int(),
  body: Subset.optional(),
});
export type Afterwards = z.output<typeof Afterwards>;

/**
 * What an invocation must come to. Objects are subsets; each expected element of a list must be among the actual ones, and
 * an empty list must be empty. `{"$matches": "^sk_"}` stands for a text that is new with each run.
 */
const Expectation = z.strictObject({
  /** Of an answer to API Gateway. */
  status: z.number().int().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  /** Its JSON body. */
  body: Subset.optional(),
  /** Of any other function: its answer. */
  result: z.unknown().optional(),
  /** The function throws: the type is equal, the message contains this one. */
  error: z.strictObject({ errorType: z.string(), errorMessage: z.string() }).optional(),
  /** Each is a subset of one of the JSON lines that the function printed. */
  logs: z.array(Subset).optional(),
  afterwards: z.array(Afterwards).optional(),
});
export type Expectation = z.output<typeof Expectation>;

/** One event of a function, as AWS sends it, with placeholders (`${product.id}`) for what must exist before. */
export const EventFile = z.strictObject({
  /** What it shows, in a sentence. */
  says: z.string().min(10),
  event: z.unknown(),
  expect: Expectation,
});
export type EventFile = z.output<typeof EventFile>;

export interface FunctionEvent extends EventFile {
  /** `<domain>/<name>`. */
  readonly entry: string;
  readonly kind: Kind;
  readonly file: string;
}

/** Raised for an event file that a person has to put right. */
export class EventFileError extends Error {
  override readonly name = 'EventFileError';
}

export const eventFile = (entry: string, kind: Kind): string => join(EVENTS, `${entry}.${kind}.json`);

/** The entry and the kind of a file of `events/`, by its name. */
const named = (file: string): { readonly entry: string; readonly kind: Kind } | undefined => {
  const [, name, kind] = /^([a-z0-9-]+)\.(success|refusal)\.json$/.exec(basename(file)) ?? [];
  if (name === undefined || (kind !== 'success' && kind !== 'refusal')) return undefined;
  return { entry: `${basename(dirname(file))}/${name}`, kind };
};

const readJson = (file: string): unknown => {
  if (!existsSync(file)) throw new EventFileError(`There is no event file ${file}`);
  const text = readFileSync(file, 'utf8');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EventFileError(`${file} is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
};

/**
 * @throws EventFileError when the file is not there, is no JSON or is not of the form of `EventFile`
 */
const readEventFile = (file: string): EventFile => {
  const parsed = EventFile.safeParse(readJson(file));
  if (parsed.success) return parsed.data;
  throw new EventFileError(`${file} is no event file ({"says", "event", "expect"}):\n${z.prettifyError(parsed.error)}`);
};

/**
 * A file of that form (`isWhole`), or of an event alone, of which nothing is expected.
 * @throws EventFileError
 */
export const readAnyEvent = (file: string): EventFile & { readonly isWhole: boolean } => {
  const json = readJson(file);
  if (typeof json === 'object' && json !== null && 'expect' in json) return { ...readEventFile(file), isWhole: true };
  return { says: 'an event of your own', event: json, expect: {}, isWhole: false };
};

export const readFunctionEvent = (entry: string, kind: Kind): FunctionEvent => {
  const file = eventFile(entry, kind);
  return { ...readEventFile(file), entry, kind, file };
};

/** Every file below `events/`, with those whose names say nothing. */
export const eventFiles = (): {
  readonly events: readonly { entry: string; kind: Kind }[];
  readonly strays: readonly string[];
} => {
  const files = globSync(`${EVENTS}/**/*.*`).sort();
  const events = files.flatMap((file) => {
    const found = named(file);
    return found === undefined ? [] : [found];
  });
  return { events, strays: files.filter((file) => named(file) === undefined) };
};
