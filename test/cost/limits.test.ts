import { describe, expect, it } from 'vitest';
import { ceilings, hotSku, listsPerTenant, neededFor, tenantsPerCell } from '../../cost/limits.ts';
import type { QuotaName, Region } from '../../cost/quotas.ts';
import { measuredOf, quiet, stageOf } from './fixtures.ts';

const counts = {
  'apigateway.requests': 2,
  'lambda.invocations': 12,
  'lambda.invocations.f': 12,
  'lambda.requests.f.dynamodb.GetItem': 30,
  'events.published': 3,
  'sqs.SendMessage': 5,
  'table.writeUnits.orders': 10,
  'table.writeUnits.carts': 4,
  'table.readUnits.orders': 1,
};
const plain = measuredOf(counts, stageOf({ f: quiet }));
const view = { times: 10, counts: { 'apigateway.requests': 10 }, bytesOut: 0 };
const measured = { ...plain, scenarios: { ...plain.scenarios, 'product view': view, 'list of 20 products': view } };

const of = (quota: QuotaName, region: Region) => {
  const found = ceilings(measured, region).find((ceiling) => ceiling.quota === quota);
  if (found === undefined) throw new Error(`there is no ceiling by ${quota}`);
  return found;
};

describe('the orders that a quota allows', () => {
  it('are its value by what an order takes', () => {
    expect(of('apiRequests', 'us-east-1').orders).toBe(5000);
    expect(of('lambdaRate', 'us-east-1').orders).toBeCloseTo(10_000 / 12, 6);
    // 12 invocations of 10 ms.
    expect(of('lambdaConcurrency', 'us-east-1').orders).toBeCloseTo(1000 / 0.12, 6);
  });

  it('count the busiest table alone', () => {
    expect(of('tableWrites', 'us-east-1').orders).toBe(4000);
    expect(of('newTableWrites', 'us-east-1').orders).toBe(400);
  });

  it('count the roles that functions assume', () => {
    const order = {
      times: 2,
      counts: { 'lambda.requests.f.sts.POST': 3, 'lambda.requests.g.sts.POST': 1 },
      bytesOut: 0,
    };
    const sessions = ceilings({ ...measured, scenarios: { ...measured.scenarios, order } }, 'us-east-1');
    expect(sessions.find(({ quota }) => quota === 'roleSessions')?.orders).toBe(300);
  });

  it('do not add up what different tables take', () => {
    const browsed = { times: 10, counts: { 'table.readUnits.catalog': 5 }, bytesOut: 0 };
    const scenarios = { ...measured.scenarios, 'product view': browsed };
    const reads = ceilings({ ...measured, scenarios }, 'us-east-1').find(({ quota }) => quota === 'tableReads');
    expect(reads?.demand).toEqual({ order: 1, withBrowsing: 60 * 0.5 });
  });

  it('differ by region', () => {
    expect(of('busTargets', 'us-east-1').orders).toBe(3750);
    expect(of('busTargets', 'eu-central-1').orders).toBe(900);
    expect(of('busPuts', 'eu-central-1').orders).toBe(800);
  });

  it('are fewer with what shoppers look at before', () => {
    // 2 requests, 60 views and 20 lists.
    expect(of('apiRequests', 'us-east-1').withBrowsing).toBeCloseTo(10_000 / 82, 6);
    expect(ceilings(measured, 'us-east-1')[0]?.quota).toBe('apiRequests');
    expect(neededFor(of('apiRequests', 'us-east-1'), 500)).toBe(41_000);
  });
});

describe('one SKU', () => {
  it.each([
    [50, 1, 100],
    [200, 4, 400],
    [10_000, 64, 6400],
  ])('with %i pieces is %i items, sold %i times a second at most', (available, buckets, perSecond) => {
    expect(hotSku(available)).toMatchObject({ buckets, byTransactions: perSecond, byUnits: buckets * 500 });
  });
});

it("a tenant's lists are read by one key", () => {
  const lists = { times: 10, counts: { 'table.readUnits.catalog': 30 }, bytesOut: 0 };
  expect(listsPerTenant({ ...measured, scenarios: { ...measured.scenarios, 'list of 20 products': lists } })).toBe(
    1000,
  );
});

it('a cell has as many tenants as API Gateway has keys', () => {
  expect(tenantsPerCell('eu-central-1')).toBe(10_000);
});
