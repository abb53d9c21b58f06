import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { stateMachineName } from '../names.ts';
import { alarmWhen } from './alarms.ts';
import { callArn } from './arns.ts';
import { domainStackOf, type DomainStack } from './domain-stack.ts';
import { sagaDefinition, type SagaStep, undosOf } from './saga-definition.ts';

export interface SagaProps {
  /** Part of the derived name: `machineRef(domain, name)` finds it. */
  readonly name: string;
  /** EXPRESS: at most once, seconds, the caller waits. STANDARD: exactly once, survives everything. */
  readonly type: 'EXPRESS' | 'STANDARD';
  /** Of the whole; must be more than the steps' together. */
  readonly timeoutSeconds: number;
  readonly steps: readonly SagaStep[];
}

/** Step Functions delivers its logs by an API that knows no resources. */
const LOG_DELIVERY = [
  'logs:CreateLogDelivery',
  'logs:GetLogDelivery',
  'logs:UpdateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:DescribeResourcePolicies',
  'logs:DescribeLogGroups',
];

/**
 * A workflow of steps that other domains own, each with its undo. Its role may run exactly the functions of its steps.
 * An Express workflow keeps no history, so its errors are logged (without payloads: they may hold personal data).
 */
export class Saga extends Construct {
  constructor(scope: Construct, id: string, { name, type, timeoutSeconds, steps }: SagaProps) {
    super(scope, id);
    const stack = domainStackOf(this);
    const arnOf = (call: SagaStep['run']): string => callArn(stack.stage.stage, call);
    const calls = new Set(steps.flatMap((step) => [arnOf(step.run), ...undosOf(step).map(({ call }) => arnOf(call))]));
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
      inlinePolicies: {
        steps: new PolicyDocument({
          statements: [
            new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [...calls] }),
            ...(type === 'EXPRESS' ? [new PolicyStatement({ actions: LOG_DELIVERY, resources: ['*'] })] : []),
          ],
        }),
      },
    });
    const machine = new CfnStateMachine(this, 'Machine', {
      stateMachineName: stateMachineName(stack.stage.stage, stack.domain, name),
      stateMachineType: type,
      roleArn: role.roleArn,
      definitionString: stack.toJsonString(sagaDefinition({ steps, timeoutSeconds, arnOf })),
      ...(type === 'EXPRESS' ? { loggingConfiguration: errorLog(stack) } : {}),
    });
    for (const metricName of ['ExecutionsFailed', 'ExecutionsTimedOut']) {
      alarmWhen(this, metricName, {
        what: `${stack.domain}.${name} ended outside of its own undoing (${metricName})`,
        metric: new Metric({ namespace: 'AWS/States', metricName, dimensionsMap: { StateMachineArn: machine.ref } }),
        above: 0,
        minutes: 5,
      });
    }
  }
}

const errorLog = (stack: DomainStack): CfnStateMachine.LoggingConfigurationProperty => ({
  level: 'ERROR',
  includeExecutionData: false,
  destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: stack.logs.logGroupArn } }],
});
