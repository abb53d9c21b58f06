import { describe, expect, it } from 'vitest';
import { AwsError } from '../../../lib/local/aws-error.ts';
import { createState } from '../../../lib/local/state.ts';
import { createWeather } from '../../../lib/local/weather.ts';
import { createWorld, entry, queueArn, ruleArn, toQueue } from './world.ts';

describe('a delivery that fails', () => {
  const deadLetter = { DeadLetterConfig: { Arn: queueArn('dead') } };

  it('goes to the dead-letter queue at once when the queue’s policy does not allow it', async () => {
    const world = createWorld({ denies: ({ resource: asked }) => asked === queueArn('inbox') });
    await world.makeBus();
    await world.rule('orders', toQueue('inbox', deadLetter));
    expect(await world.put(entry())).toMatchObject({ FailedEntryCount: 0 });
    expect(world.queues.sent).toMatchObject([
      {
        queueArn: queueArn('dead'),
        message: {
          body: expect.stringContaining('"o1"'),
          attributes: {
            RULE_ARN: ruleArn('orders'),
            TARGET_ARN: queueArn('inbox'),
            ERROR_CODE: 'AccessDeniedException',
            RETRY_ATTEMPTS: '0',
          },
        },
      },
    ]);
  });

  it('is a loud loss without a dead-letter queue, or when that does not take it', async () => {
    const world = createWorld({ denies: ({ action }) => action === 'sqs:SendMessage' });
    await world.makeBus();
    await world.rule('bare', toQueue('inbox'));
    await world.rule('orders', toQueue('inbox', deadLetter));
    await world.put(entry());
    const lost = world.entries.filter(({ level }) => level === 'error').map(({ message }) => message);
    expect(lost).toEqual([
      expect.stringMatching(/an event was lost on its way from .*rule\/shop-bus\/bare/),
      expect.stringMatching(/rule\/shop-bus\/orders.*its dead-letter queue does not take it/),
    ]);
  });

  it('is kept and tried again with growing delays, until it succeeds', async () => {
    let refusals = 3;
    const at: number[] = [];
    const world = createWorld({
      refuse: () => {
        at.push(world.clock.now());
        refusals -= 1;
        return refusals < 0 ? undefined : new AwsError('ServiceUnavailable', 'not now', 503);
      },
    });
    await world.makeBus();
    await world.rule('orders', toQueue('inbox'));
    await world.put(entry());
    expect(world.queues.sent).toEqual([]);
    await world.clock.advance(60_000);
    expect(world.queues.sent).toHaveLength(1);
    expect(at.map((time) => time - Number(at[0]))).toEqual([0, 1000, 3000, 7000]);
    expect(world.clock.waiting()).toBe(0);
  });

  it('is given up by the rule’s policy, and is then a dead letter', async () => {
    const world = createWorld({
      refuse: (arn) => (arn === queueArn('inbox') ? new AwsError('ServiceUnavailable', 'no', 503) : undefined),
    });
    await world.makeBus();
    await world.rule('few', toQueue('inbox', { ...deadLetter, RetryPolicy: { MaximumRetryAttempts: 2 } }));
    await world.rule('young', toQueue('inbox', { ...deadLetter, RetryPolicy: { MaximumEventAgeInSeconds: 60 } }));
    await world.put(entry());
    await world.clock.advance(600_000);
    expect(world.queues.sent.map(({ message }) => message.attributes)).toMatchObject([
      { RULE_ARN: ruleArn('few'), RETRY_ATTEMPTS: '2', EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts' },
      { RULE_ARN: ruleArn('young'), EXHAUSTED_RETRY_CONDITION: 'MaximumEventAgeInSeconds' },
    ]);
  });

  it('survives a restart', async () => {
    const state = createState({ file: ':memory:', synchronous: 'NORMAL' });
    const first = createWorld({ state, refuse: () => new AwsError('ServiceUnavailable', 'no', 503) });
    await first.makeBus();
    await first.rule('orders', toQueue('inbox'));
    await first.put(entry());
    await first.bus.stop();

    const second = createWorld({ state });
    await second.makeBus();
    await second.rule('orders', toQueue('inbox'));
    second.bus.start();
    await second.clock.advance(2000);
    expect(second.queues.sent).toHaveLength(1);
  });
});

describe('rough weather', () => {
  it('doubles and delays deliveries and refuses entries, but loses none', async () => {
    const world = createWorld({ weather: createWeather({ rough: true, seed: 7 }) });
    await world.makeBus();
    await world.rule('orders', toQueue('inbox'));
    let refused = 0;
    for (let round = 0; round < 100; round += 1) {
      const answer = await world.put(
        ...Array.from({ length: 10 }, (_, index) => entry({ Detail: `{"n":${round * 10 + index}}` })),
      );
      refused += Number(answer['FailedEntryCount']);
    }
    const arrived = world.queues.sent.map(({ message }) => JSON.parse(message.body).detail.n);
    expect(new Set(arrived).size).toBe(1000 - refused);
    expect(refused).toBeGreaterThan(0);
    expect(arrived.length).toBeGreaterThan(new Set(arrived).size);
    expect(world.queues.sent.some(({ message }) => Number(message.delaySeconds ?? 0) > 0)).toBe(true);
  });
});
