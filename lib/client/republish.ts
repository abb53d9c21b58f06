import { type AttributeValue, DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { busBatches, busEntryOf } from '../runtime/bus-batches.ts';
import { changeOf, type ToEvents } from '../runtime/change.ts';
import type { BusEntry } from '../runtime/clients/events.ts';
import type { Instant } from '../runtime/clock.ts';
import type { OutgoingEvent } from '../runtime/events.ts';
import type { TenantId } from '../runtime/tenant.ts';
import { awsOptions, type Deployment } from './operator.ts';

/** An event on its way to the bus. */
interface Waiting {
  readonly event: OutgoingEvent;
  readonly entry: BusEntry;
}

/** Puts entries on the bus; answers with the error code of each, undefined where it was taken. */
export type PutEntries = (entries: readonly BusEntry[]) => Promise<readonly (string | undefined)[]>;

export interface Republished {
  /** Items that were read and passed the filter of the scan. */
  readonly items: number;
  /** Events by type: `OrderConfirmed.v1`. */
  readonly events: ReadonlyMap<string, number>;
  /** Items of which no events could be made, and events that the bus did not take, with the reason. */
  readonly failures: readonly string[];
}

export interface Republishing {
  /** Pages of a table's items, as they are stored. */
  readonly pages: AsyncIterable<readonly Record<string, AttributeValue>[]>;
  readonly toEvents: ToEvents;
  /** Events of before are left out. */
  readonly since: Instant;
  readonly busName: string;
  /** Absent: nothing is put, events are only counted. */
  readonly put: PutEntries | undefined;
  /** Waits between tries. */
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly progress: (items: number, events: number) => void;
}

const TRIES = 6;
const FIRST_WAIT_MS = 100;

/** Puts what the bus refuses again, alone, with longer and longer pauses. Returns what it never took, and why. */
const putAll = async (
  batch: readonly Waiting[],
  put: PutEntries,
  wait: Republishing['wait'],
): Promise<readonly string[]> => {
  let left = batch;
  for (let attempt = 1; ; attempt += 1) {
    const codes = await put(left.map(({ entry }) => entry));
    const refused = left.flatMap((waiting, index) => {
      const code = codes[index];
      return code === undefined ? [] : [{ ...waiting, code }];
    });
    if (refused.length === 0) return [];
    if (attempt === TRIES) {
      return refused.map(({ event, code }) => `${event.detailType} ${event.envelope.id} was not taken: ${code}`);
    }
    left = refused;
    await wait(FIRST_WAIT_MS * 2 ** (attempt - 1));
  }
};

/**
 * Tells again what a table's items still know: each item goes through the domain's own `toEvents` as if it had just
 * appeared, so the events have the ids of when they were first published, and consumers that have seen them do nothing.
 * What fails is told at the end; everything else is put nevertheless.
 */
export const republish = async (options: Republishing): Promise<Republished> => {
  const { since, toEvents, busName, put, wait } = options;
  const events = new Map<string, number>();
  const failures: string[] = [];
  let items = 0;
  let count = 0;
  for await (const page of options.pages) {
    const waiting: Waiting[] = [];
    for (const item of page) {
      items += 1;
      try {
        const change = changeOf({ pk: item['pk']?.S, after: item });
        if (change === undefined) continue;
        const told = toEvents(change).filter(({ envelope }) => envelope.time >= since);
        waiting.push(...told.map((event) => ({ event, entry: busEntryOf(busName, event) })));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        failures.push(`The item ${item['pk']?.S} ${item['sk']?.S} cannot be turned into events: ${reason}`);
      }
    }
    if (put !== undefined) {
      for (const batch of busBatches(waiting)) failures.push(...(await putAll(batch, put, wait)));
    }
    for (const { event } of waiting) events.set(event.detailType, (events.get(event.detailType) ?? 0) + 1);
    count += waiting.length;
    options.progress(items, count);
  }
  return { items, events, failures };
};

/**
 * The table that a domain's functions use now, which is not always the one that its stack once made.
 * @throws when the function is not there or has no such variable
 */
export const tableOfFunction = async (
  deployment: Deployment,
  functionName: string,
  variable: string,
): Promise<string> => {
  const client = new LambdaClient(awsOptions(deployment));
  try {
    const found = await client.send(
      new GetFunctionConfigurationCommand({ FunctionName: functionName, Qualifier: 'live' }),
    );
    const table = found.Environment?.Variables?.[variable];
    if (table === undefined) throw new Error(`The function ${functionName} has no variable ${variable}`);
    return table;
  } finally {
    client.destroy();
  }
};

/**
 * The items of a table that can mean events since an instant, a page at a time. Everything is read (and billed); what
 * was last written before does not travel.
 */
export const itemsSince = async function* (
  deployment: Deployment,
  table: string,
  { since, tenant }: { readonly since: Instant; readonly tenant: TenantId | undefined },
): AsyncGenerator<readonly Record<string, AttributeValue>[]> {
  const client = new DynamoDBClient(awsOptions(deployment));
  const input = {
    TableName: table,
    ConsistentRead: true,
    // Where an item has this attribute, it is the time of its last write, and no event of it is younger.
    FilterExpression: 'begins_with(pk, :prefix) AND (attribute_not_exists(updatedAt) OR updatedAt >= :since)',
    ExpressionAttributeValues: { ':prefix': { S: `t#${tenant ?? 'tnt_'}` }, ':since': { S: since } },
  };
  try {
    for await (const { Items = [] } of paginateScan({ client }, input)) yield Items;
  } finally {
    client.destroy();
  }
};

/** The bus of a deployment. */
export const busOf = (deployment: Deployment): { readonly put: PutEntries; readonly close: () => void } => {
  const client = new EventBridgeClient(awsOptions(deployment));
  return {
    put: async (entries) => {
      const { Entries = [] } = await client.send(
        new PutEventsCommand({ Entries: entries.map((entry) => ({ ...entry, Time: new Date(entry.Time * 1000) })) }),
      );
      return entries.map((_, index) => Entries[index]?.ErrorCode);
    },
    close: () => client.destroy(),
  };
};
