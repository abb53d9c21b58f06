import { describe, expect, it } from 'vitest';
import { stageConfig } from '../../lib/config.ts';
import { functionName } from '../../lib/names.ts';

describe("a stage's configuration", () => {
  it('keeps data in prod and throws it away in dev and in any other stage', () => {
    expect(stageConfig('prod')).toMatchObject({ stage: 'prod', keepData: true });
    expect(stageConfig('dev')).toMatchObject({ stage: 'dev', keepData: false });
    expect(stageConfig('review7')).toMatchObject({ stage: 'review7', keepData: false });
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
