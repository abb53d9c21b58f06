import { describe, expect, it } from 'vitest';
import { comparison } from '../../cost/compare.ts';
import { idleTotal, idleUsage } from '../../cost/idle.ts';
import { bytesOutOfMonth, MERCHANTS } from '../../cost/merchants.ts';
import { priceOf } from '../../cost/prices.ts';
import { broken, dearest } from '../../cost/report.ts';
import { runsPerMonth } from '../../cost/stage.ts';
import { billOf, scaled, sum, totalOf } from '../../cost/usage.ts';
import { measuredOf, quiet, stageOf } from './fixtures.ts';

describe('a bill', () => {
  it('is units times prices, the dearest first', () => {
    const lines = billOf({ apiRequest: 1_000_000, dynamodbWrite: 10_000_000, dynamodbRead: 0 });
    expect(lines.map(({ unit, usd }) => [unit, Number(usd.toFixed(6))])).toEqual([
      ['dynamodbWrite', 6.25],
      ['apiRequest', 3.5],
    ]);
    expect(totalOf({ apiRequest: 1_000_000, dynamodbWrite: 10_000_000 })).toBeCloseTo(9.75, 9);
  });

  it('adds up', () => {
    expect(sum({ alarm: 1, secret: 2 }, { alarm: 2 }, scaled({ secret: 1 }, 3))).toEqual({ alarm: 3, secret: 5 });
  });
});

describe('an idle month', () => {
  const schedules = [{ functionName: 'f', runsPerMonth: runsPerMonth('rate(1 minute)') }];
  const queueConsumers = [{ functionName: 'g', batchSize: 10, windowSeconds: 0 }];
  const stage = stageOf({ f: quiet }, { schedules, queueConsumers, alarms: 39, secrets: 2 });
  const measured = {
    ...measuredOf({}, stage),
    scenarios: {
      'schedule f': { times: 10, counts: { 'lambda.invocations': 10, 'lambda.invocations.f': 10 }, bytesOut: 0 },
    },
  };

  it('has the alarms, the secrets, the polling of queues and the scheduled runs', () => {
    expect(idleTotal(measured)).toMatchObject({
      alarm: 39,
      secret: 2,
      queueRequest: 657_000,
      schedule: 43_800,
      lambdaRequest: 43_800,
    });
    expect(idleUsage(measured).map(([cause]) => cause)).toHaveLength(4);
  });

  it('needs the runs to have been counted', () => {
    expect(() => idleTotal(measuredOf({}, stage))).toThrow('schedule f');
  });

  it.each([
    ['rate(5 minutes)', 8760],
    ['rate(1 hour)', 730],
    ['rate(1 day)', 730 / 24],
  ])('%s is %d runs', (expression, runs) => expect(runsPerMonth(expression)).toBeCloseTo(runs, 6));

  it('does not guess how often another schedule runs', () => {
    expect(() => runsPerMonth('cron(0 12 * * ? *)')).toThrow('cron');
  });
});

describe('the bars', () => {
  const unitsFor = (usd: number) => ({ 'dynamodb.writeUnits': usd / 1_000_000 / priceOf('dynamodbWrite') });

  it('hold just below 50 USD for a million orders and break above', () => {
    expect(broken(measuredOf(unitsFor(49.9)))).toEqual([]);
    expect(broken(measuredOf(unitsFor(50.1)))).toEqual(['A million orders cost 50.10 USD, the bar is 50']);
  });

  it('hold just below 25 USD for an idle month and break above', () => {
    const idle = (alarms: number) => broken(measuredOf({}, stageOf({}, { alarms })));
    expect(idle(249)).toEqual([]);
    expect(idle(251)).toEqual(['An idle stage costs 25.10 USD a month, the bar is 25']);
  });

  it('are told with the three dearest units', () => {
    const counts = {
      'dynamodb.writeUnits': 25,
      'apigateway.requests': 2,
      'events.published': 3,
      'dynamodb.readUnits': 1,
    };
    expect(dearest(measuredOf(counts)).map(({ unit }) => unit)).toEqual(['dynamodbWrite', 'apiRequest', 'busEvent']);
  });
});

describe('a comparison', () => {
  const base = measuredOf({ 'dynamodb.writeUnits': 20, 'apigateway.requests': 2 });

  it('says what moved, in money and share', () => {
    const text = comparison(base, measuredOf({ 'dynamodb.writeUnits': 30, 'apigateway.requests': 2 }));
    expect(text).toMatch(/\| a million orders +\| 19\.50 +\| 25\.75 +\| \+6\.25 \(\+32 %\) +\|/);
    expect(text).toMatch(/\| DynamoDB write unit +\| 12\.50 +\| 18\.75 +\| \+6\.25 \(\+50 %\) +\|/);
    expect(text).not.toContain('REST API request');
  });

  it('takes a difference of three hundredths for noise', () => {
    const text = comparison(base, measuredOf({ 'dynamodb.writeUnits': 20.5, 'apigateway.requests': 2 }));
    expect(text).toContain('No unit of an order moved by more than 3 %.');
    expect(text).toMatch(/\| a million orders +\| 19\.50 +\| 19\.81 +\| ≈ +\|/);
  });
});

it("a merchant's traffic is that of all scenarios", () => {
  const [small] = MERCHANTS;
  if (small === undefined) throw new Error('there is no merchant');
  expect(bytesOutOfMonth(measuredOf({}), small)).toBe(100 * 1000);
});
