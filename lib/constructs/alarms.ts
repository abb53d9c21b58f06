import { Duration } from 'aws-cdk-lib/core';
import { CfnAlarm, type Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { domainStackOf } from './domain-stack.ts';

export interface AlarmProps {
  /** What is wrong when it rings, for the one who is woken by it. */
  readonly what: string;
  readonly metric: Metric;
  /** Rings at a higher value. */
  readonly above: number;
  /** Length of the one period that is looked at. */
  readonly minutes: 1 | 5 | 15;
  /** How the metric's values of a period become one; the sum unless said. */
  readonly statistic?: 'Sum' | 'Maximum';
}

/** An alarm that tells the platform's alarm topic. No data is no alarm: what does not happen makes no metric. */
export const alarmWhen = (scope: Construct, id: string, props: AlarmProps): CfnAlarm => {
  const { metric } = props;
  return new CfnAlarm(scope, id, {
    alarmDescription: props.what,
    namespace: metric.namespace,
    metricName: metric.metricName,
    dimensions: Object.entries(metric.dimensions ?? {}).map(([name, value]) => ({ name, value: String(value) })),
    statistic: props.statistic ?? 'Sum',
    period: Duration.minutes(props.minutes).toSeconds(),
    evaluationPeriods: 1,
    comparisonOperator: 'GreaterThanThreshold',
    threshold: props.above,
    treatMissingData: 'notBreaching',
    alarmActions: [domainStackOf(scope).alarmTopicArn],
  });
};
