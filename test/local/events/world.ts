import type { AuthorizationRequest, TemplateResource, Weather } from '../../../lib/local/contracts.ts';
import { createEventBus } from '../../../lib/local/events/create-event-bus.ts';
import { createMeter } from '../../../lib/local/meter.ts';
import { createState } from '../../../lib/local/state.ts';
import { createWeather } from '../../../lib/local/weather.ts';
import {
  account,
  createFakeIam,
  createFakeLambda,
  createFakeQueues,
  createFakeStateMachines,
  createKeptLog,
  resource,
  root,
  type Handler,
} from '../fake-ports.ts';
import { createVirtualClock } from '../virtual-clock.ts';

export const queueArn = (name: string): string => `arn:aws:sqs:eu-central-1:111111111111:${name}`;
export const ruleArn = (name: string): string => `arn:aws:events:eu-central-1:111111111111:rule/shop-bus/${name}`;

/** An event bus with fake neighbours and a virtual clock. */
export const createWorld = (
  options: {
    readonly denies?: (request: AuthorizationRequest) => boolean;
    readonly refuse?: (queueArn: string) => Error | undefined;
    readonly handlers?: Record<string, Handler>;
    readonly weather?: Weather;
    readonly state?: ReturnType<typeof createState>;
  } = {},
) => {
  const clock = createVirtualClock();
  const state = options.state ?? createState({ file: ':memory:', synchronous: 'NORMAL' });
  const iam = createFakeIam(options.denies);
  const queues = createFakeQueues(options.refuse);
  const lambda = createFakeLambda(options.handlers ?? {});
  const machines = createFakeStateMachines();
  const meter = createMeter();
  const { log, entries } = createKeptLog();
  const bus = createEventBus({
    account,
    state,
    meter,
    log,
    clock,
    iam: iam.iam,
    queues: queues.queues,
    lambda: lambda.lambda,
    stateMachines: machines.stateMachines,
    weather: options.weather ?? createWeather({ rough: false, seed: 1 }),
  });
  const provision = async (one: TemplateResource) => {
    const provisioner = bus.provisioners.find(({ types }) => types.includes(one.type));
    return provisioner?.provision(one);
  };
  const rule = (name: string, properties: Record<string, unknown>) =>
    provision(resource('AWS::Events::Rule', name, { Name: name, EventBusName: 'shop-bus', ...properties }));
  const makeBus = () => provision(resource('AWS::Events::EventBus', 'Bus', { Name: 'shop-bus' }));
  const put = async (...entriesToPut: Record<string, unknown>[]): Promise<Record<string, unknown>> => ({
    ...Object(await bus.service.call('PutEvents', { Entries: entriesToPut }, root)),
  });
  return { clock, state, iam, queues, lambda, machines, meter, entries, bus, provision, rule, makeBus, put };
};

/** An event of an order, for the bus `shop-bus`. */
export const entry = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  EventBusName: 'shop-bus',
  Source: 'cartwright.orders',
  DetailType: 'OrderPlaced.v1',
  Detail: '{"orderId": "o1"}',
  Time: Date.parse('2026-02-03T04:05:06.789Z') / 1000,
  ...more,
});

/** A rule of the orders' events with a queue as its target. */
export const toQueue = (name: string, more: Record<string, unknown> = {}) => ({
  EventPattern: { source: ['cartwright.orders'] },
  Targets: [{ Id: 'Target0', Arn: queueArn(name), ...more }],
});
