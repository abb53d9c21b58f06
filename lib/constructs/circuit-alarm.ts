import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS, METRICS_NAMESPACE } from '../runtime/metrics.ts';
import { alarmWhen } from './alarms.ts';
import type { DomainStack } from './domain-stack.ts';

/** Tells that a circuit breaker of the domain has opened: something that it calls does not answer. */
export const circuitAlarm = (stack: DomainStack): void => {
  const { domain, stage } = stack;
  alarmWhen(stack, 'CircuitOpened', {
    what: `A circuit breaker of ${domain} opened: what it calls does not answer (see ${METRICS.circuitOpened} in its log)`,
    metric: new Metric({
      namespace: METRICS_NAMESPACE,
      metricName: METRICS.circuitOpened,
      dimensionsMap: { stage: stage.stage, domain },
    }),
    above: 0,
    minutes: 5,
  });
};
