import { createAssumedRoles } from '../assumed-roles.ts';
import { AwsError } from '../aws-error.ts';
import type { Clock } from '../clock.ts';
import type { Iam, Lambda, Log, Principal, QueueMessage, Queues, State, StateMachines, Weather } from '../contracts.ts';
import { createRedelivery, usualRetryPolicy, type GivenUp } from '../redelivery.ts';
import type { Rule, Rules, Target } from './rules.ts';

/** An event on its way to one target of a rule. */
export interface Delivery {
  readonly rule: Rule;
  readonly target: Target;
  /** What the target gets. */
  readonly body: string;
}

const service = 'events.amazonaws.com';

const asSelf = (rule: Rule): Principal => ({ kind: 'service', arn: service, service, sourceArn: rule.arn });

/** Delivers to the targets of rules, and keeps what could not be delivered. */
export const createDeliveries = (deps: {
  readonly iam: Iam;
  readonly queues: Queues;
  readonly lambda: Lambda;
  readonly stateMachines: StateMachines;
  readonly state: State;
  readonly weather: Weather;
  readonly clock: Clock;
  readonly log: Log;
  readonly rules: Rules;
}) => {
  const { iam, queues, lambda, stateMachines, weather, log, rules } = deps;
  const assume = createAssumedRoles(iam, service);

  const mayUse = (rule: Rule, queueArn: string): void =>
    iam.authorize({ principal: asSelf(rule), action: 'sqs:SendMessage', resource: queueArn });

  const toOther = async ({ rule, target, body }: Delivery): Promise<void> => {
    if (target.kind === 'function') {
      await lambda.invoke({ functionArn: target.arn, payload: body, principal: asSelf(rule), type: 'Event' });
      return;
    }
    if (target.roleArn === undefined)
      throw new AwsError('AccessDeniedException', `${rule.path} gives ${target.arn} no role`, 403);
    await stateMachines.start({ stateMachineArn: target.arn, input: body, principal: assume(target.roleArn) });
  };

  const deliver = async (delivery: Delivery): Promise<void> => {
    const { rule, target, body } = delivery;
    if (target.kind !== 'queue') return toOther(delivery);
    mayUse(rule, target.arn);
    await queues.send(target.arn, [{ body }]);
  };

  const targetOf = (key: string): { rule: Rule; target: Target } | undefined => {
    const [ruleArn = '', id = ''] = key.split('\n');
    const rule = rules.rule(ruleArn);
    const target = rule?.targets.find((one) => one.id === id);
    return rule === undefined || target === undefined ? undefined : { rule, target };
  };

  const giveUp = async (key: string, body: string, why: GivenUp): Promise<void> => {
    const found = targetOf(key);
    const deadLetterArn = found?.target.deadLetterArn;
    const lost = (problem: string): void =>
      log.write({
        source: 'bus',
        level: 'error',
        message: `an event was lost on its way from ${key.replace('\n', ' to ')}: ${why.code} ${why.message}${problem}`,
      });
    if (found === undefined || deadLetterArn === undefined) {
      lost('');
      return;
    }
    try {
      mayUse(found.rule, deadLetterArn);
      const attributes = {
        RULE_ARN: found.rule.arn,
        TARGET_ARN: found.target.arn,
        ERROR_CODE: why.code,
        ERROR_MESSAGE: why.message,
        RETRY_ATTEMPTS: String(why.retries),
        ...(why.condition === undefined ? {} : { EXHAUSTED_RETRY_CONDITION: why.condition }),
      };
      await queues.send(deadLetterArn, [{ body, attributes }]);
      log.write({
        source: 'bus',
        level: 'warn',
        message: `${found.rule.name}: ${why.code} ${why.message}; moved to ${deadLetterArn}`,
      });
    } catch (error) {
      lost(`, and its dead-letter queue does not take it: ${error instanceof Error ? error.message : String(error)}`);
    }
  };

  const redelivery = createRedelivery({
    owner: 'bus',
    state: deps.state,
    clock: deps.clock,
    log,
    policyOf: (key) => targetOf(key)?.target.retryPolicy ?? usualRetryPolicy,
    attempt: async (key, body) => {
      const found = targetOf(key);
      if (found === undefined) throw new AwsError('ResourceNotFoundException', `there is no ${key.replace('\n', ' ')}`);
      await deliver({ ...found, body });
    },
    giveUp,
  });

  const failed = ({ rule, target, body }: Delivery, error: unknown): Promise<void> =>
    redelivery.failed(`${rule.arn}\n${target.id}`, body, error);

  /** In rough weather a message comes late at times, and out of order with it. */
  const message = (body: string): QueueMessage => {
    const delaySeconds = weather.roll(0.1) ? Math.ceil(weather.delay(2)) : 0;
    return delaySeconds === 0 ? { body } : { body, delaySeconds };
  };

  const toQueue = async (queueArn: string, deliveries: readonly Delivery[]): Promise<void> => {
    const allowed: Delivery[] = [];
    for (const delivery of deliveries) {
      try {
        mayUse(delivery.rule, queueArn);
        allowed.push(delivery);
      } catch (error) {
        await failed(delivery, error);
      }
    }
    if (allowed.length === 0) return;
    try {
      await queues.send(
        queueArn,
        allowed.map(({ body }) => message(body)),
      );
    } catch (error) {
      await Promise.all(allowed.map((delivery) => failed(delivery, error)));
    }
  };

  return {
    /** Settles when every delivery is on disk: at its target, or kept to be tried again. */
    deliverAll: async (deliveries: readonly Delivery[]): Promise<void> => {
      const sent = weather.rough ? deliveries.flatMap((one) => (weather.roll(0.05) ? [one, one] : [one])) : deliveries;
      const byQueue = Map.groupBy(
        sent.filter(({ target }) => target.kind === 'queue'),
        ({ target }) => target.arn,
      );
      const others = sent.filter(({ target }) => target.kind !== 'queue');
      await Promise.all([
        ...[...byQueue].map(([queueArn, group]) => toQueue(queueArn, group)),
        ...others.map((delivery) => toOther(delivery).catch((error: unknown) => failed(delivery, error))),
      ]);
    },
    start: redelivery.start,
    stop: redelivery.stop,
  };
};

export type Deliveries = ReturnType<typeof createDeliveries>;
