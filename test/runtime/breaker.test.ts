import { describe, expect, it } from 'vitest';
import {
  type BreakerNews,
  type Circuits,
  createBreaker,
  type GuardedCall,
  ownCircuits,
} from '../../lib/runtime/breaker.ts';
import { CIRCUIT } from '../../lib/runtime/circuit.ts';

const CALL: GuardedCall = { dependency: 'pricing.quote', timeoutMs: 3000, isFailure: (error) => error === DOWN };
const DOWN = new Error('no answer');
const WRONG = new Error('the callee refused this input');

/** A time-line: instances that come and go over circuits that stay. */
const stage = () => {
  const kept = ownCircuits();
  let now = 1_000_000;
  let probes = 0;
  let reachable = true;
  const asked = { reads: 0, changes: 0, calls: 0 };
  const news: BreakerNews['what'][] = [];
  const unlessGone = () => {
    if (!reachable) throw new Error('the table does not answer');
  };
  const circuits: Circuits = {
    read: async (of) => {
      asked.reads += 1;
      unlessGone();
      return kept.read(of);
    },
    change: async (of, move) => {
      asked.changes += 1;
      unlessGone();
      return kept.change(of, move);
    },
  };
  const instance = () => {
    const breaker = createBreaker({
      circuits,
      now: () => now,
      newProbe: () => `probe-${(probes += 1)}`,
      tell: ({ what }) => news.push(what),
    });
    const call = async (error?: Error, of: GuardedCall = CALL): Promise<string> => {
      try {
        return await breaker(of, async () => {
          asked.calls += 1;
          if (error !== undefined) throw error;
          return 'ok';
        });
      } catch (caught) {
        if (caught === error) return 'error';
        return caught instanceof Error && 'retryAfter' in caught ? `refused ${String(caught.retryAfter)}` : 'surprise';
      }
    };
    return { breaker, call };
  };
  return {
    asked,
    news,
    instance,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    loseTable: () => {
      reachable = false;
    },
  };
};

const breakOpen = async (by: { readonly call: (error?: Error) => Promise<string> }) => {
  for (let failures = 0; failures < CIRCUIT.failures; failures += 1) expect(await by.call(DOWN)).toBe('error');
};

describe('a breaker', () => {
  it('asks for the circuit once, and not again while calls succeed', async () => {
    const { instance, asked, pass } = stage();
    const one = instance();
    for (let calls = 0; calls < 1000; calls += 1) {
      expect(await one.call()).toBe('ok');
      pass(100);
    }
    expect(asked).toEqual({ reads: 1, changes: 0, calls: 1000 });
    pass(60_000);
    await one.call();
    expect(asked.reads).toBe(2);
  });

  it('opens after failures and says when to come again, without a call', async () => {
    const { instance, asked, pass, news } = stage();
    const one = instance();
    await breakOpen(one);
    expect(await one.call()).toBe('refused 5');
    pass(3500);
    expect(await one.call()).toBe('refused 2');
    expect(asked.calls).toBe(CIRCUIT.failures);
    expect(news).toEqual(['opened', 'refused', 'refused']);
  });

  it('is open for an instance that has just begun, too', async () => {
    const { instance, asked } = stage();
    await breakOpen(instance());
    expect(await instance().call()).toBe('refused 5');
    expect(asked.calls).toBe(CIRCUIT.failures);
  });

  it('adds up the failures of instances that see one each', async () => {
    const { instance } = stage();
    for (let instances = 0; instances < CIRCUIT.failures; instances += 1) await instance().call(DOWN);
    expect(await instance().call()).toBe('refused 5');
  });

  it('is told by its own failure what the others know', async () => {
    const { instance } = stage();
    const warm = instance();
    await warm.call();
    await breakOpen(instance());
    expect(await warm.call(DOWN)).toBe('error');
    expect(await warm.call()).toBe('refused 5');
  });

  it('sends one probe when the time is over, and all pass after its success', async () => {
    const { instance, pass, asked, news } = stage();
    const [one, other] = [instance(), instance()];
    await breakOpen(one);
    await other.call();
    pass(5000);
    let answer = (): void => undefined;
    const waiting = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const probe = one.breaker(CALL, () => waiting);
    await Promise.resolve();
    expect(await other.call()).toBe('refused 5');
    answer();
    await probe;
    pass(1000);
    expect(await other.call()).toBe('ok');
    expect(asked.calls).toBe(CIRCUIT.failures + 1);
    expect(news.filter((what) => what !== 'refused')).toEqual(['opened', 'closed']);
  });

  it('opens again for longer when the probe fails', async () => {
    const { instance, pass } = stage();
    const one = instance();
    await breakOpen(one);
    pass(5000);
    expect(await one.call(DOWN)).toBe('error');
    expect(await one.call()).toBe('refused 10');
  });

  it('outlives a probe whose instance was lost', async () => {
    const { instance, pass } = stage();
    await breakOpen(instance());
    pass(5000);
    void instance().breaker(CALL, () => new Promise(() => undefined));
    await Promise.resolve();
    await Promise.resolve();
    const other = instance();
    expect(await other.call()).toBe('refused 5');
    pass(5000);
    expect(await other.call()).toBe('ok');
  });

  it('takes an error that is an answer for one', async () => {
    const { instance } = stage();
    const one = instance();
    for (let calls = 0; calls < 20; calls += 1) expect(await one.call(WRONG)).toBe('error');
    expect(await one.call()).toBe('ok');
  });

  it('stays closed when few of many calls fail, in one busy instance as in many', async () => {
    const { instance, news } = stage();
    const instances = Array.from({ length: 10 }, instance);
    for (let round = 0; round < 60; round += 1)
      for (const one of instances) await one.call(round % 4 === 3 ? DOWN : undefined);
    expect(news).toEqual([]);
  });

  it('keeps dependencies apart', async () => {
    const { instance } = stage();
    const one = instance();
    await breakOpen(one);
    expect(await one.call(undefined, { ...CALL, dependency: 'pricing.redeem' })).toBe('ok');
  });

  it('goes by what the instance sees when the circuits cannot be reached', async () => {
    const { instance, loseTable, pass, news } = stage();
    const one = instance();
    loseTable();
    await breakOpen(one);
    expect(await one.call()).toBe('refused 5');
    expect(news).toContain('circuits_unreachable');
    pass(5000);
    expect(await one.call()).toBe('ok');
    expect(await one.call()).toBe('ok');
  });
});
