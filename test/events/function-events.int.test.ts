import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventFiles, readFunctionEvent } from '../../scripts/events/event-file.ts';
import { judge, prepare } from '../../scripts/events/exercise.ts';
import { type EventCloud, startEventCloud } from '../../scripts/events/event-cloud.ts';

/** The events that `npm run sam:all` runs in the SAM CLI, here in the local cloud. */
let cloud: EventCloud;
beforeAll(async () => {
  cloud = await startEventCloud();
}, 120_000);
afterAll(() => cloud.stop());

const { events } = eventFiles();

describe.each(Object.entries(Object.groupBy(events, ({ entry }) => entry.split('/')[0] ?? '')))('%s', (_, ofDomain) => {
  it.concurrent.each(ofDomain ?? [])('$entry: $kind', async ({ entry, kind }) => {
    const prepared = await prepare(cloud, readFunctionEvent(entry, kind));
    const outcome = await cloud.invoke(entry, prepared.payload);
    expect(await judge(prepared, outcome)).toEqual([]);
  });
});
