import type { BusEntry } from './clients/events.ts';
import type { OutgoingEvent } from './events.ts';

/** EventBridge takes 10 entries and 256 KB a call; a detail is 64 kB at most, so batches are also cut by size. */
const MAX_ENTRIES = 10;
const MAX_BYTES = 240_000;
/** What an entry has beside its detail. */
const FRAME_BYTES = 300;

/** An event as the bus takes it. */
export const busEntryOf = (busName: string, { source, detailType, envelope }: OutgoingEvent): BusEntry => ({
  EventBusName: busName,
  Source: source,
  DetailType: detailType,
  Time: Date.parse(envelope.time) / 1000,
  Detail: JSON.stringify(envelope),
});

/** Cuts what has entries for the bus into calls that it takes, in their order. */
export const busBatches = <Entry extends { readonly entry: BusEntry }>(entries: readonly Entry[]): Entry[][] => {
  const result: Entry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = entry.entry.Detail.length + FRAME_BYTES;
    const current = result.at(-1);
    if (current === undefined || current.length === MAX_ENTRIES || bytes + size > MAX_BYTES) {
      result.push([entry]);
      bytes = size;
    } else {
      current.push(entry);
      bytes += size;
    }
  }
  return result;
};
