import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { deadLetters } from './dead-letters.ts';
import { domainStackOf } from './domain-stack.ts';
import type { ServiceFunction } from './service-function.ts';

export interface ScheduledFunctionProps {
  readonly fn: ServiceFunction;
  /** `rate(1 minute)` or `cron(0 3 * * ? *)`, in UTC. */
  readonly every: `rate(${string})` | `cron(${string})`;
}

/** Runs a function at set times. A run that could not be started is in the dead letters. */
export class ScheduledFunction extends Construct {
  constructor(scope: Construct, id: string, { fn, every }: ScheduledFunctionProps) {
    super(scope, id);
    const { domain } = domainStackOf(this);
    const missed = deadLetters(this, 'Missed', `Scheduled runs of ${fn.entry} of ${domain} that were not started`);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com'),
      inlinePolicies: {
        run: new PolicyDocument({
          statements: [
            new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [fn.arn] }),
            new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [missed.queueArn] }),
          ],
        }),
      },
    });
    new CfnSchedule(this, 'Schedule', {
      scheduleExpression: every,
      scheduleExpressionTimezone: 'UTC',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: fn.arn,
        roleArn: role.roleArn,
        retryPolicy: { maximumEventAgeInSeconds: 300, maximumRetryAttempts: 2 },
        deadLetterConfig: { arn: missed.queueArn },
      },
    });
  }
}
