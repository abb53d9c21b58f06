import { randomUUID } from 'node:crypto';
import { type Breaker, type BreakerNews, type Circuits, createBreaker, ownCircuits } from './breaker.ts';
import type { DynamoDb } from './clients/dynamodb.ts';
import { systemClock } from './clock.ts';
import { dynamoCircuits } from './dynamo-circuits.ts';
import { describeError, loggerFor } from './log.ts';
import { countOne, METRICS } from './metrics.ts';

const METRIC = {
  opened: METRICS.circuitOpened,
  closed: METRICS.circuitClosed,
  refused: METRICS.callRefused,
} as const;

const tell = ({ what, of, error }: BreakerNews): void => {
  const fields = { dependency: of.dependency, ...(of.tenant === undefined ? {} : { tenant: of.tenant }) };
  if (what !== 'circuits_unreachable') return countOne(METRIC[what], fields, systemClock());
  const trace = { traceId: 'breaker', tenant: of.tenant };
  loggerFor(trace)('warn', 'circuits cannot be reached; this instance goes by what it sees itself', {
    ...fields,
    error: describeError(error),
  });
};

const breakerOver = (circuits: Circuits): Breaker =>
  createBreaker({ circuits, now: () => systemClock().getTime(), newProbe: randomUUID, tell });

/** A function's breaker, sharing its circuits through the domain's table (`circuits(table)` in its stack). */
export const sharedBreaker = (client: DynamoDb, table: string): Breaker => breakerOver(dynamoCircuits(client, table));

/** The breaker of a function whose domain has no table. */
export const ownBreaker = (): Breaker => breakerOver(ownCircuits());
