import { lambdaEnv } from './env.ts';

export const METRICS_NAMESPACE = 'Cartwright';

/** The metrics that functions write: an alarm and its metric are the same name. */
export const METRICS = {
  circuitOpened: 'CircuitOpened',
  circuitClosed: 'CircuitClosed',
  callRefused: 'CallRefused',
} as const;
type MetricName = (typeof METRICS)[keyof typeof METRICS];

/** Functions are named `cartwright-<stage>-<domain>-<name>`; stages and domains have no hyphen. */
const NAME = /^cartwright-([^-]+)-([^-]+)-/;

/**
 * Counts one, in CloudWatch's embedded metric format: a line of the log that becomes a metric. Its dimensions are stage and
 * domain; everything else is a field to search the log by, because each value of a dimension is billed.
 */
export const countOne = (name: MetricName, fields: Readonly<Record<string, unknown>>, now: Date): void => {
  const [, stage = 'unknown', domain = 'unknown'] = NAME.exec(lambdaEnv().AWS_LAMBDA_FUNCTION_NAME) ?? [];
  const line = {
    _aws: {
      Timestamp: now.getTime(),
      CloudWatchMetrics: [
        { Namespace: METRICS_NAMESPACE, Dimensions: [['stage', 'domain']], Metrics: [{ Name: name, Unit: 'Count' }] },
      ],
    },
    ...fields,
    stage,
    domain,
    [name]: 1,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
};
