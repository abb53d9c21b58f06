import { randomUUID } from 'node:crypto';
import { AwsError, notImplemented } from '../aws-error.ts';
import type { Clock } from '../clock.ts';
import type { Account, Iam, Log, Meter, Principal, Weather } from '../contracts.ts';
import { eventTime } from '../event-time.ts';
import { isObject, parseJson, type JsonObject } from '../json.ts';
import type { Deliveries, Delivery } from './deliveries.ts';
import type { Bus, Rules } from './rules.ts';

/** An entry as PutEvents answers for it. */
type EntryResult = { readonly EventId: string } | { readonly ErrorCode: string; readonly ErrorMessage: string };

/** An event as rules see it, with its text as targets get it. */
interface BusEvent {
  readonly value: JsonObject;
  readonly text: string;
}

const mostEntries = 10;
const mostBytes = 262_144;
/** An event is billed for each chunk of this size. */
const chunkBytes = 65_536;

const known = new Set(['Source', 'DetailType', 'Detail', 'Time', 'Resources', 'EventBusName', 'TraceHeader']);

/** What stands before the detail in an event. */
interface Envelope {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly unknown[];
}

/** An event in EventBridge's envelope; `detailText` is JSON text, and is passed on as it is. */
export const busEvent = (envelope: Envelope, detail: JsonObject, detailText: string): BusEvent => ({
  value: { ...envelope, detail },
  text: `${JSON.stringify(envelope).slice(0, -1)},"detail":${detailText}}`,
});

/** Time on the wire is seconds since 1970, or RFC 3339 text from the AWS CLI. */
const timeOf = (value: unknown, now: number): number => {
  if (typeof value === 'number') return value * 1000;
  if (value instanceof Date) return value.getTime();
  const parsed = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? now : parsed;
};

class EntryRefused extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const requiredText = (entry: JsonObject, name: string): string => {
  const value = entry[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new EntryRefused('InvalidArgument', `Parameter ${name} is not valid. Reason: ${name} is a required argument.`);
};

const detailOf = (text: string): JsonObject => {
  try {
    const detail = parseJson(text);
    if (isObject(detail)) return detail;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new EntryRefused('MalformedDetail', 'Detail is malformed.');
};

const sizeOf = (entry: JsonObject): number => {
  let size = entry['Time'] === undefined ? 0 : 14;
  for (const name of ['Source', 'DetailType', 'Detail']) {
    const value = entry[name];
    if (typeof value === 'string') size += Buffer.byteLength(value);
  }
  const resources = entry['Resources'];
  return Array.isArray(resources) ? size + Buffer.byteLength(resources.join('')) : size;
};

/** PutEvents: what it accepts is at its targets, or kept for them, when it answers. */
export const createPutEvents = (deps: {
  readonly account: Account;
  readonly iam: Iam;
  readonly weather: Weather;
  readonly meter: Meter;
  readonly log: Log;
  readonly clock: Clock;
  readonly rules: Rules;
  readonly deliveries: Deliveries;
}) => {
  const { account, iam, weather, meter, log, clock, rules, deliveries } = deps;

  const busOf = (nameOrArn: unknown, principal: Principal): Bus => {
    const given = typeof nameOrArn === 'string' ? nameOrArn : 'default';
    const name = given.startsWith('arn:') ? given.slice(given.indexOf('/') + 1) : given;
    iam.authorize({
      principal,
      action: 'events:PutEvents',
      resource: `arn:${account.partition}:events:${account.region}:${account.accountId}:event-bus/${name}`,
    });
    const bus = rules.bus(name);
    if (bus === undefined) throw new AwsError('ResourceNotFoundException', `Event bus ${name} does not exist.`);
    return bus;
  };

  /** What the rules of a bus make of an event. */
  const matched = (bus: Bus, event: BusEvent): Delivery[] => {
    const found: Delivery[] = [];
    for (const rule of rules.of(bus.name)) {
      if (!rule.enabled || rule.pattern?.(event.value) !== true) continue;
      for (const target of rule.targets) found.push({ rule, target, body: target.input(event.text) });
    }
    return found;
  };

  const accept = (entry: JsonObject, bus: Bus): { readonly id: string; readonly deliveries: Delivery[] } => {
    const source = requiredText(entry, 'Source');
    const detailType = requiredText(entry, 'DetailType');
    const detailText = requiredText(entry, 'Detail');
    if (source.startsWith('aws.'))
      throw new EntryRefused('NotAuthorizedForSourceException', 'Not authorized for the source.');
    const detail = detailOf(detailText);
    if (weather.roll(0.02)) throw new EntryRefused('ThrottlingException', 'Rate exceeded');
    const { Resources: resources = [] } = entry;
    const id = randomUUID();
    const envelope: Envelope = {
      version: '0',
      id,
      'detail-type': detailType,
      source,
      account: account.accountId,
      time: eventTime(timeOf(entry['Time'], clock.now())),
      region: account.region,
      resources: Array.isArray(resources) ? resources : [],
    };
    const found = matched(bus, busEvent(envelope, detail, detailText));
    const correlation = detail['correlationId'];
    log.write({
      source: 'bus',
      level: 'info',
      domain: source.split('.').at(-1),
      traceId: typeof correlation === 'string' ? correlation : undefined,
      message: `${detailType} -> ${found.length === 0 ? 'nobody' : found.map(({ rule }) => rule.name).join(', ')}`,
    });
    return { id, deliveries: found };
  };

  return {
    putEvents: async (entries: readonly JsonObject[], principal: Principal) => {
      if (entries.length === 0 || entries.length > mostEntries) {
        throw new AwsError(
          'ValidationException',
          `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and ${mostEntries}`,
        );
      }
      const sizes = entries.map(sizeOf);
      if (sizes.reduce((sum, size) => sum + size, 0) > mostBytes) {
        throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
      }
      const buses = new Map<unknown, Bus>();
      const results: EntryResult[] = [];
      const found: Delivery[] = [];
      for (const [index, entry] of entries.entries()) {
        const other = Object.keys(entry).find((name) => !known.has(name));
        if (other !== undefined) throw notImplemented(`${other} of an entry of events:PutEvents`);
        const { EventBusName: name } = entry;
        const bus = buses.get(name) ?? busOf(name, principal);
        buses.set(name, bus);
        try {
          const accepted = accept(entry, bus);
          found.push(...accepted.deliveries);
          results.push({ EventId: accepted.id });
          meter.count('events.published', Math.max(1, Math.ceil((sizes[index] ?? 0) / chunkBytes)));
          meter.count('events.bytes', sizes[index] ?? 0);
        } catch (error) {
          if (!(error instanceof EntryRefused)) throw error;
          results.push({ ErrorCode: error.code, ErrorMessage: error.message });
        }
      }
      if (found.length > 0) await deliveries.deliverAll(found);
      return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
    },
  };
};

export type PutEvents = ReturnType<typeof createPutEvents>;
