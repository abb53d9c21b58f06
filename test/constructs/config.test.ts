import { describe, expect, it } from 'vitest';
import { stageConfig } from '../../lib/config.ts';
import { functionName } from '../../lib/names.ts';

describe("a stage's configuration", () => {
  it('keeps data in prod and throws it away in dev and in any other stage', () => {
    expect(stageConfig('prod')).toMatchObject({ stage: 'prod', keepData: true });
    expect(stageConfig('dev')).toMatchObject({ stage: 'dev', keepData: false });
    expect(stageConfig('review7')).toMatchObject({ stage: 'review7', keepData: false });
  });

  it('has the second wall of tenancy where data is kept, unless it is said', () => {
    expect(stageConfig('prod')).toMatchObject({ tenantWall: true });
    expect(stageConfig('dev')).toMatchObject({ tenantWall: false });
    const stages = { prod: { tenantWall: false }, dev: { tenantWall: true }, live: { keepData: true } };
    expect(stageConfig('prod', stages)).toMatchObject({ tenantWall: false });
    expect(stageConfig('dev', stages)).toMatchObject({ tenantWall: true });
    expect(stageConfig('live', stages)).toMatchObject({ tenantWall: true });
  });

  it('is what cdk.json says of the stage, over its defaults', () => {
    const stages = { prod: { monthlyBudgetUsd: 2000, alarmEmail: 'shop@example.com' }, live: { keepData: true } };
    expect(stageConfig('prod', stages)).toMatchObject({ keepData: true, monthlyBudgetUsd: 2000 });
    expect(stageConfig('live', stages)).toMatchObject({ stage: 'live', keepData: true, monthlyBudgetUsd: 50 });
  });

  it('is refused for a stage that is not there, and says which are and how to add it', () => {
    expect(() => stageConfig('prd')).toThrow(
      /^-c stage=prd: there is no such stage\. There are dev, prod, .*put "prd": \{\} into context\.stages of cdk\.json\.$/,
    );
    expect(stageConfig('prd', { prd: {} })).toMatchObject({ stage: 'prd', keepData: false });
    expect(stageConfig('pr12')).toMatchObject({ stage: 'pr12', keepData: false });
  });

  it.each([
    [{ prod: { monthlyBudgetUsd: 0 } }, 'cdk.json: context.stages.prod.monthlyBudgetUsd: '],
    [{ prod: { alarmEmail: 'nobody' } }, 'cdk.json: context.stages.prod.alarmEmail: '],
    [{ prod: { keepdata: true } }, 'keepdata'],
    [['prod'], 'cdk.json: context.stages: '],
  ])('is refused with the path of what is wrong: %j', (stages, path) => {
    expect(() => stageConfig('prod', stages)).toThrow(path);
  });

  it.each([undefined, '', 'x', 'Prod', 'my-stage', 'muchtoolongastage', 'constructor'])(
    'is refused for the stage %s',
    (stage) => {
      expect(() => stageConfig(stage)).toThrow();
    },
  );
});

describe('a function name', () => {
  it('says stage, domain and what the function does', () => {
    expect(functionName('dev', 'orders', 'place-order')).toBe('cartwright-dev-orders-place-order');
  });

  it('may not be longer than Lambda takes', () => {
    expect(() => functionName('dev', 'orders', 'a'.repeat(43))).toThrow('64');
    expect(functionName('dev', 'orders', 'a'.repeat(42))).toHaveLength(64);
  });
});
