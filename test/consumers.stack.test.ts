import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { consumptions, promisedEvents, registrations, unseenEvents, type Consumption } from './e2e/event-coverage.ts';

const consumed = consumptions();
const registered = registrations();
const sorted = (pairs: readonly string[]): string[] => [...pairs].sort();

describe('the consumers', () => {
  it('register a reaction to exactly the events that their rules bring', () => {
    expect(consumed.length).toBeGreaterThan(0);
    expect(sorted(registered.map(({ domain, event }) => `${domain} ${event}`))).toEqual(
      sorted(consumed.map(({ event, consumer }) => `${consumer} ${event.replace(/^\S+ (\w+)\.v\d+$/, '$1')}`)),
    );
  });

  it.each(registered)('of $domain are tested: $reaction takes $event in some test of its own', (registration) => {
    const { domain, event, reaction } = registration;
    // By their names: what the tests deliver is seen to arrive by the end-to-end suite.
    const tests = globSync(`test/${domain}/**/*.test.ts`).map((file) => readFileSync(file, 'utf8'));
    const both = tests.filter((text) => text.includes(`${reaction}(`) && new RegExp(`\\b${event}\\b`).test(text));
    expect(both).not.toEqual([]);
  });
});

describe('the events that the end-to-end suite has seen', () => {
  const bus = '10:00:00.000 bus      orders     OrderPlaced.v1 -> nobody [1-2]';
  const lambda = '10:00:00.000 lambda   carts      on OrderPlaced fn=inbox tenant=t requestId=r event=o:1 [1-2]';
  const failed = '10:00:00.000 lambda   carts      on OrderPlaced failed fn=inbox tenant=t error=Error: no [1-2]';
  const event = 'cartwright.orders OrderPlaced.v1';
  const unseen = (lines: readonly string[], consumers: readonly Consumption[]) =>
    unseenEvents(lines.join('\n'), { promised: [event], consumed: consumers });

  it('are those on the bus, and those that their consumers took in', () => {
    expect(unseen([bus, lambda], [{ event, consumer: 'carts' }])).toEqual([]);
    expect(unseen([bus], [])).toEqual([]);
  });

  it('leave out what was not published, not taken in, or by another consumer or with an error only', () => {
    expect(unseen([], [])).toEqual([`${event} was not published`]);
    expect(unseen([bus, failed], [{ event, consumer: 'carts' }])).toEqual([`${event} was not taken in by carts`]);
    expect(unseen([bus, lambda], [{ event, consumer: 'payments' }])).toEqual([`${event} was not taken in by payments`]);
  });

  it('are compared with every promised event', () => {
    expect(promisedEvents()).toContain('cartwright.orders OrderConfirmed.v1');
    for (const { event: consumedEvent } of consumed) expect(promisedEvents()).toContain(consumedEvent);
  });
});
