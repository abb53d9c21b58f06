import { globSync, readdirSync, readFileSync } from 'node:fs';
import * as z from 'zod';

/** An event, as its source and detail type, and the domain whose inbox takes it. */
export interface Consumption {
  readonly event: string;
  readonly consumer: string;
}

const Template = z.looseObject({
  Resources: z.record(z.string(), z.looseObject({ Type: z.string(), Properties: z.unknown().optional() })),
});
const Rule = z.object({
  EventPattern: z.object({ source: z.array(z.string()), 'detail-type': z.array(z.string()) }).optional(),
});

/** What the rules of the synthesized app bring to which domain's inbox. */
export const consumptions = (assembly = 'cdk.out'): Consumption[] =>
  readdirSync(assembly).flatMap((file) => {
    const [, consumer] = /^cartwright-[^-]+-(.+)\.template\.json$/.exec(file) ?? [];
    if (consumer === undefined) return [];
    const { Resources } = Template.parse(JSON.parse(readFileSync(`${assembly}/${file}`, 'utf8')));
    return Object.values(Resources).flatMap(({ Type, Properties }) => {
      if (Type !== 'AWS::Events::Rule') return [];
      const pattern = Rule.parse(Properties).EventPattern; // a schedule has none
      return (pattern?.source ?? []).flatMap((from) =>
        (pattern?.['detail-type'] ?? []).map((type) => ({ event: `${from} ${type}`, consumer })),
      );
    });
  });

/** Every event that a producer has promised. */
export const promisedEvents = (): string[] =>
  Object.keys(
    z.object({ events: z.record(z.string(), z.unknown()) }).parse(JSON.parse(readFileSync('docs/events.json', 'utf8')))
      .events,
  );

/**
 * By the live log of a cloud: the events that never came to the bus, and those that a consumer never took in without
 * an error.
 */
export const unseenEvents = (
  log: string,
  { promised, consumed }: { readonly promised: readonly string[]; readonly consumed: readonly Consumption[] },
): string[] => {
  const published = new Set<string>();
  const taken = new Set<string>();
  for (const line of log.split('\n')) {
    const [, domain, type] = /^\S+ bus +(\S+) +(\S+) -> /.exec(line) ?? [];
    if (domain !== undefined) published.add(`cartwright.${domain} ${type}`);
    const [, consumer, name] = /^\S+ lambda +(\S+) +on (\w+) fn=/.exec(line) ?? [];
    if (consumer !== undefined) taken.add(`${consumer} ${name}`);
  }
  const nameOf = (event: string): string => event.replace(/^\S+ (\w+)\.v\d+$/, '$1');
  return [
    ...promised.filter((event) => !published.has(event)).map((event) => `${event} was not published`),
    ...consumed
      .filter(({ event, consumer }) => !taken.has(`${consumer} ${nameOf(event)}`))
      .map(({ event, consumer }) => `${event} was not taken in by ${consumer}`),
  ];
};

/** A reaction of a domain's inbox, by the names that its entry point registers it with: `on(OrderPlaced, react(...))`. */
export interface Registration {
  readonly domain: string;
  readonly event: string;
  readonly reaction: string;
}

/** What the entry points of the inboxes register. */
export const registrations = (): Registration[] =>
  globSync('functions/*/inbox.lambda.ts').flatMap((file) => {
    const [, domain = ''] = file.split('/');
    const found = readFileSync(file, 'utf8').matchAll(/\bon(?:All)?\(\s*(\w+),\s*(\w+)/g);
    return [...found].map(([, event = '', reaction = '']) => ({ domain, event, reaction }));
  });
