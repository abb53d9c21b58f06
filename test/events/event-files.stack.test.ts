import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { eventFiles, KINDS, readFunctionEvent } from '../../scripts/events/event-file.ts';
import { templateFunctions } from '../../scripts/events/functions.ts';
import { fixtures } from '../../scripts/events/fixtures.ts';

const functions = templateFunctions().map(({ entry }) => entry);
const { events, strays } = eventFiles();
const wanted = functions.flatMap((entry) => KINDS.map((kind) => `${entry}.${kind}`));
const all = events.map(({ entry, kind }) => readFunctionEvent(entry, kind));

/** Fields of HTTP and of Lambda, which say nothing about the domain. */
const TRANSPORT = new Set(['statusCode', 'requestId', 'level', 'fn']);

const leaves = (value: unknown): number => {
  if (Array.isArray(value)) return value.length === 0 ? 1 : value.reduce((sum: number, each) => sum + leaves(each), 0);
  if (typeof value !== 'object' || value === null) return 1;
  return Object.entries(value).reduce(
    (sum, [name, member]) =>
      sum + (TRANSPORT.has(name) || (name === 'status' && typeof member === 'number') ? 0 : leaves(member)),
    0,
  );
};

const placeholders = (text: string): string[] =>
  [...text.matchAll(/\$\{([a-z]\w*)/gi)].flatMap(([, name]) => name ?? []);

describe('the event files', () => {
  it('are one success and one refusal of every function of every template', () => {
    expect(functions.length).toBeGreaterThan(150);
    expect(wanted.filter((name) => !events.some(({ entry, kind }) => `${entry}.${kind}` === name))).toEqual([]);
  });

  it('belong to a function each', () => {
    expect(strays).toEqual([]);
    expect(events.map(({ entry, kind }) => `${entry}.${kind}`).filter((name) => !wanted.includes(name))).toEqual([]);
  });

  it('expect at least two fields of the domain each', () => {
    const poor = all.filter(({ expect: { body, result, error, logs, afterwards } }) => {
      const seen = [body, result, error, logs, ...(afterwards ?? []).map((look) => look.body)];
      return seen.reduce<number>((sum, each) => sum + (each === undefined ? 0 : leaves(each)), 0) < 2;
    });
    expect(poor.map(({ file }) => file)).toEqual([]);
  });

  it('tell a success from a refusal: only a refusal may be an error or a status from 400 on', () => {
    const refused = ({ status, error }: (typeof all)[number]['expect']): boolean =>
      error !== undefined || (status ?? 0) >= 400;
    const wrong = all.filter((event) => event.kind === 'success' && refused(event.expect));
    expect(wrong.map(({ file }) => file)).toEqual([]);
  });

  it('differ from success to refusal in what they expect', () => {
    const same = functions.filter((entry) => {
      const [success, refusal] = KINDS.map((kind) => all.find((event) => event.entry === entry && event.kind === kind));
      return JSON.stringify(success?.expect) === JSON.stringify(refusal?.expect);
    });
    expect(same).toEqual([]);
  });

  it('name fixtures that exist, and every fixture is named', () => {
    const named = new Set(all.flatMap((event) => placeholders(JSON.stringify([event.event, event.expect]))));
    const looked = all.flatMap((event) => (event.expect.afterwards ?? []).flatMap(({ as }) => as ?? []));
    const used = new Set([...named, ...looked]);
    expect([...used].filter((name) => !(name in fixtures))).toEqual([]);
    expect(Object.keys(fixtures).filter((name) => !used.has(name))).toEqual([]);
  });

  const Proxy = z.strictObject({
    resource: z.string(),
    path: z.string(),
    httpMethod: z.string(),
    headers: z.record(z.string(), z.string()),
    multiValueHeaders: z.record(z.string(), z.array(z.string())),
    queryStringParameters: z.record(z.string(), z.string()).nullable(),
    multiValueQueryStringParameters: z.record(z.string(), z.array(z.string())).nullable(),
    pathParameters: z.record(z.string(), z.string()).nullable(),
    stageVariables: z.null(),
    requestContext: z.looseObject({
      resourcePath: z.string(),
      httpMethod: z.string(),
      path: z.string(),
      stage: z.literal('live'),
      requestId: z.uuid(),
      requestTimeEpoch: z.number(),
      identity: z.looseObject({ sourceIp: z.string(), userAgent: z.string() }),
      domainName: z.string(),
      apiId: z.string(),
    }),
    body: z.string().nullable(),
    isBase64Encoded: z.literal(false),
  });

  it('are whole where they are of API Gateway: all members of a proxy event', () => {
    const ofApi = all.filter((event) => event.expect.status !== undefined);
    expect(ofApi.length).toBeGreaterThan(200);
    const broken = ofApi.filter((event) => !Proxy.safeParse(event.event).success);
    expect(broken.map(({ file }) => file)).toEqual([]);
  });
});
