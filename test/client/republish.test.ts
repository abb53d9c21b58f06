import { globSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { PUBLISHERS } from '../../bin/publishers.ts';
import { type PutEntries, republish } from '../../lib/client/republish.ts';
import type { ToEvents } from '../../lib/runtime/change.ts';
import { Instant } from '../../lib/runtime/clock.ts';
import { defineEvent, eventOf } from '../../lib/runtime/events.ts';
import { SYSTEM_ACTOR, TenantId } from '../../lib/runtime/tenant.ts';

const TENANT = TenantId.parse(`tnt_${'0'.repeat(26)}`);
const SINCE = Instant.parse('2026-03-02T00:00:00.000Z');
const Said = defineEvent('talk', 'Said', 1, z.object({ text: z.string() }));
const Stored = z.object({ pk: z.string(), at: Instant, version: z.number(), text: z.string() });

const toEvents: ToEvents = ({ tenant, before, after }) => {
  expect(before).toBeUndefined();
  const { pk, at, version, text } = Stored.parse(after);
  const fields = { tenant, time: at, aggregateId: pk, sequence: version, actor: SYSTEM_ACTOR, correlationId: 'trace' };
  return [eventOf(Said, fields, { text })];
};
const item = (name: string, changes: Readonly<Record<string, unknown>> = {}) =>
  marshall({
    pk: `t#${TENANT}#${name}`,
    sk: 'talk',
    at: '2026-03-03T00:00:00.000Z',
    version: 4,
    text: 'hello',
    ...changes,
  });
const pagesOf = async function* (...pages: readonly ReturnType<typeof item>[][]) {
  yield* pages;
};

/** A bus that refuses what it is told to, and remembers each call's event ids. */
const bus = (refuses: (id: string, call: number) => string | undefined = () => undefined) => {
  const calls: string[][] = [];
  const put: PutEntries = async (entries) => {
    const ids = entries.map(({ Detail }) => z.object({ id: z.string() }).parse(JSON.parse(Detail)).id);
    calls.push(ids);
    return ids.map((id) => refuses(id, calls.length));
  };
  return { put, calls };
};
const run = (pages: AsyncIterable<ReturnType<typeof item>[]>, put: PutEntries | undefined) => {
  const waits: number[] = [];
  const wait = async (milliseconds: number): Promise<void> => void waits.push(milliseconds);
  const done = republish({ pages, toEvents, since: SINCE, busName: 'bus', put, wait, progress: () => undefined });
  return done.then((result) => ({ ...result, waits }));
};
const names = (count: number) => Array.from({ length: count }, (_, at) => `a${at}`);

describe('what a table holds is told again', () => {
  it('in calls of ten, with the ids that the writes fixed, and counted by type', async () => {
    const { put, calls } = bus();
    const result = await run(
      pagesOf(
        names(23).map((name) => item(name)),
        [item('b')],
      ),
      put,
    );
    expect(calls.map((ids) => ids.length)).toEqual([10, 10, 3, 1]);
    expect(calls.flat()).toEqual([...names(23), 'b'].map((name) => `${name}:4`));
    expect(result).toMatchObject({ items: 24, failures: [] });
    expect([...result.events]).toEqual([['Said.v1', 24]]);
  });

  it('but not what is older than asked for, nor what is no tenant’s', async () => {
    const { put, calls } = bus();
    const old = item('old', { at: '2026-03-01T23:59:59.999Z' });
    const system = { ...item('x'), pk: { S: 'due#3' } };
    await run(pagesOf([old, system, item('edge', { at: SINCE })]), put);
    expect(calls).toEqual([['edge:4']]);
  });

  it('only counted, when it is a trial', async () => {
    const result = await run(pagesOf([item('a')]), undefined);
    expect([...result.events]).toEqual([['Said.v1', 1]]);
  });

  it('again and later where the bus refuses, and only that', async () => {
    const { put, calls } = bus((id, call) => (id === 'a1:4' && call < 3 ? 'ThrottlingException' : undefined));
    const { failures, waits } = await run(pagesOf(names(3).map((name) => item(name))), put);
    expect(calls).toEqual([['a0:4', 'a1:4', 'a2:4'], ['a1:4'], ['a1:4']]);
    expect(failures).toEqual([]);
    expect(waits).toEqual([100, 200]);
  });

  it('and what fails for good is named, after everything else was put', async () => {
    const { put, calls } = bus((id) => (id === 'a0:4' ? 'InternalFailure' : undefined));
    const broken = item('broken', { text: 7 });
    const { failures } = await run(pagesOf([item('a0'), broken], [item('a1')]), put);
    expect(calls.at(-1)).toEqual(['a1:4']);
    expect(failures).toHaveLength(2);
    expect(failures).toContain('Said.v1 a0:4 was not taken: InternalFailure');
    expect(failures.join()).toContain(`The item t#${TENANT}#broken talk cannot be turned into events`);
  });
});

it('is possible for every domain that publishes', () => {
  const publishing = globSync('functions/*/publish.lambda.ts').map((file) => basename(dirname(file)));
  expect(Object.keys(PUBLISHERS).sort()).toEqual(publishing.sort());
});
