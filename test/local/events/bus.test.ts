import { describe, expect, it } from 'vitest';
import { functionArn, role, root } from '../fake-ports.ts';
import { createWorld, entry, queueArn, ruleArn, toQueue } from './world.ts';

describe('PutEvents', () => {
  it('sends what a rule matches to its queue, in EventBridge’s envelope', async () => {
    const world = createWorld();
    await world.makeBus();
    const made = await world.rule('orders', toQueue('inbox'));
    expect(made).toEqual({ ref: 'shop-bus|orders', attributes: { Arn: ruleArn('orders') } });
    const answer = await world.put(entry({ Resources: ['r1'] }), entry({ Source: 'cartwright.carts' }));
    expect(answer).toEqual({
      FailedEntryCount: 0,
      Entries: [{ EventId: expect.any(String) }, { EventId: expect.any(String) }],
    });
    expect(world.queues.sent.map(({ queueArn: arn }) => arn)).toEqual([queueArn('inbox')]);
    const { body } = Object(world.queues.sent[0]).message;
    expect(body).toBe(
      JSON.stringify({
        version: '0',
        id: Object(answer['Entries'])[0].EventId,
        'detail-type': 'OrderPlaced.v1',
        source: 'cartwright.orders',
        account: '111111111111',
        time: '2026-02-03T04:05:06Z',
        region: 'eu-central-1',
        resources: ['r1'],
        detail: 0,
      }).replace('"detail":0', '"detail":{"orderId": "o1"}'),
    );
  });

  it('takes the time of the call and the default bus when the entry does not say', async () => {
    const world = createWorld();
    await world.rule('all', { ...toQueue('inbox'), EventBusName: 'default' });
    await world.put(entry({ Time: undefined, EventBusName: undefined }));
    expect(JSON.parse(Object(world.queues.sent[0]).message.body)).toMatchObject({
      time: '2026-03-01T12:00:00Z',
      resources: [],
    });
  });

  it('delivers to every target of every rule, with Input or InputPath', async () => {
    const world = createWorld({ handlers: { f: () => null } });
    await world.makeBus();
    await world.rule('one', toQueue('a', { InputPath: '$.detail' }));
    await world.rule('two', {
      EventPattern: { 'detail-type': [{ prefix: 'Order' }] },
      Targets: [
        { Id: 'f', Arn: functionArn('f'), Input: '{"fixed":true}' },
        { Id: 'm', Arn: 'arn:aws:states:eu-central-1:111111111111:stateMachine:m', RoleArn: role('bus') },
      ],
    });
    await world.put(entry());
    expect(world.queues.sent).toEqual([{ queueArn: queueArn('a'), message: { body: '{"orderId":"o1"}' } }]);
    expect(world.lambda.calls).toMatchObject([
      {
        event: { fixed: true },
        request: { type: 'Event', principal: { service: 'events.amazonaws.com', sourceArn: ruleArn('two') } },
      },
    ]);
    expect(world.machines.started).toMatchObject([
      { principal: { arn: role('bus') }, input: expect.stringContaining('"source":"cartwright.orders"') },
    ]);
    expect(world.iam.assumed).toEqual([{ roleArn: role('bus'), service: 'events.amazonaws.com' }]);
  });

  it('asks the queue’s policy as the service, for the rule', async () => {
    const world = createWorld();
    await world.makeBus();
    await world.rule('orders', toQueue('inbox'));
    await world.put(entry());
    expect(world.iam.asked).toEqual([
      {
        principal: root,
        action: 'events:PutEvents',
        resource: 'arn:aws:events:eu-central-1:111111111111:event-bus/shop-bus',
      },
      {
        principal: {
          kind: 'service',
          arn: 'events.amazonaws.com',
          service: 'events.amazonaws.com',
          sourceArn: ruleArn('orders'),
        },
        action: 'sqs:SendMessage',
        resource: queueArn('inbox'),
      },
    ]);
  });

  it('does not use rules that are disabled', async () => {
    const world = createWorld();
    await world.makeBus();
    await world.rule('off', { ...toQueue('inbox'), State: 'DISABLED' });
    await world.put(entry());
    expect(world.queues.sent).toEqual([]);
  });

  it('refuses single entries as AWS does, and takes the others', async () => {
    const world = createWorld();
    await world.makeBus();
    await world.rule('orders', toQueue('inbox'));
    const answer = await world.put(
      entry({ Detail: '{' }),
      entry({ Detail: '[]' }),
      entry({ Source: undefined }),
      entry({ DetailType: '' }),
      entry({ Source: 'aws.ec2' }),
      entry(),
    );
    expect(answer['FailedEntryCount']).toBe(5);
    expect(answer['Entries']).toMatchObject([
      { ErrorCode: 'MalformedDetail' },
      { ErrorCode: 'MalformedDetail' },
      {
        ErrorCode: 'InvalidArgument',
        ErrorMessage: 'Parameter Source is not valid. Reason: Source is a required argument.',
      },
      { ErrorCode: 'InvalidArgument' },
      { ErrorCode: 'NotAuthorizedForSourceException' },
      { EventId: expect.any(String) },
    ]);
    expect(world.queues.sent).toHaveLength(1);
  });

  it('refuses more than 10 entries, more than 256 kB, and buses that are not there', async () => {
    const world = createWorld();
    await world.makeBus();
    await expect(world.put(...Array.from({ length: 11 }, () => entry()))).rejects.toMatchObject({
      code: 'ValidationException',
    });
    const large = entry({ Detail: JSON.stringify({ text: 'x'.repeat(131_072) }) });
    await expect(world.put(large, large)).rejects.toMatchObject({
      code: 'ValidationException',
      message: expect.stringContaining('over the limit'),
    });
    await expect(world.put(entry({ EventBusName: 'other' }))).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
    await expect(world.put(entry({ Shape: 1 }))).rejects.toMatchObject({ code: 'NotImplemented' });
    expect(world.queues.sent).toEqual([]);
  });

  it('needs the grant for the bus', async () => {
    const world = createWorld({ denies: ({ action }) => action === 'events:PutEvents' });
    await world.makeBus();
    await expect(world.put(entry())).rejects.toMatchObject({ code: 'AccessDeniedException' });
  });

  it('counts events by chunks of 64 kB, as they are billed', async () => {
    const world = createWorld();
    await world.makeBus();
    await world.put(entry(), entry({ Detail: JSON.stringify({ text: 'x'.repeat(70_000) }) }));
    expect(world.meter.read()).toMatchObject({
      'events.PutEvents': 1,
      'events.published': 3,
      'events.bytes': expect.closeTo(70_080, -2),
    });
  });
});

describe('rules', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['an input transformer', toQueue('a', { InputTransformer: {} }), 'Targets.0.InputTransformer'],
    [
      'a target that is not implemented',
      toQueue('a', { Arn: 'arn:aws:sns:eu-central-1:111111111111:t' }),
      'Targets.0.Arn',
    ],
    ['a FIFO queue', toQueue('a.fifo'), 'Targets.0.Arn'],
    ['a pattern that is not implemented', { EventPattern: { a: [{ wildcard: '*' }] } }, 'EventPattern.a[0].wildcard'],
    ['neither pattern nor schedule', { EventPattern: undefined }, 'EventPattern or ScheduleExpression'],
  ])('are refused with %s', async (_what, properties, path) => {
    const world = createWorld();
    await expect(world.rule('odd', properties)).rejects.toThrow(path);
  });

  it('on a bus that no template makes are found at start', async () => {
    const world = createWorld();
    await world.rule('orders', toQueue('inbox'));
    expect(() => world.bus.start()).toThrow('shop/orders.Properties.EventBusName: there is no event bus shop-bus');
  });

  it('with a schedule send an event of their own to their targets', async () => {
    const world = createWorld();
    await world.rule('tick', {
      EventBusName: 'default',
      ScheduleExpression: 'rate(5 minutes)',
      EventPattern: undefined,
      Targets: [{ Id: 't', Arn: queueArn('inbox') }],
    });
    world.bus.start();
    await world.clock.advance(11 * 60_000);
    const bodies = world.queues.sent.map(({ message }) => JSON.parse(message.body));
    expect(bodies).toMatchObject([
      {
        'detail-type': 'Scheduled Event',
        source: 'aws.events',
        time: '2026-03-01T12:05:00Z',
        resources: ['arn:aws:events:eu-central-1:111111111111:rule/tick'],
        detail: {},
      },
      { time: '2026-03-01T12:10:00Z' },
    ]);
    await world.bus.stop();
    expect(world.clock.waiting()).toBe(0);
  });

  it('are listed and described', async () => {
    const world = createWorld();
    await world.makeBus();
    await world.rule('orders', toQueue('inbox'));
    const call = (operation: string, input: Record<string, unknown>) => world.bus.service.call(operation, input, root);
    expect(await call('ListEventBuses', {})).toMatchObject({ EventBuses: [{ Name: 'default' }, { Name: 'shop-bus' }] });
    expect(await call('ListRules', { EventBusName: 'shop-bus' })).toMatchObject({
      Rules: [{ Name: 'orders', State: 'ENABLED' }],
    });
    expect(await call('DescribeRule', { EventBusName: 'shop-bus', Name: 'orders' })).toMatchObject({
      EventPattern: '{"source":["cartwright.orders"]}',
    });
    await expect(call('DescribeRule', { Name: 'orders' })).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    await expect(call('PutRule', {})).rejects.toMatchObject({ code: 'NotImplemented' });
  });
});
