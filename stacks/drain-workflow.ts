import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { RunDrain } from '../functions/storage/calls.ts';
import { alarmWhen } from '../lib/constructs/alarms.ts';
import { callArn } from '../lib/constructs/arns.ts';
import { domainStackOf } from '../lib/constructs/domain-stack.ts';
import { stateMachineName } from '../lib/names.ts';

/** The name in `machineRef('storage', DRAIN_MACHINE_NAME)`. */
export const DRAIN_MACHINE_NAME = 'drain';

/** A step that was cut off goes on where the drain says; what it needs may be away for a while. */
const RETRY = [
  {
    ErrorEquals: ['States.ALL'],
    IntervalSeconds: 2,
    MaxAttempts: 20,
    BackoffRate: 2,
    MaxDelaySeconds: 300,
    JitterStrategy: 'FULL',
  },
];

/**
 * A drain as a Standard workflow: the same step again and again, at once or after the seconds that it asks for, until it
 * says that the drain has ended. All state is in the drain; the workflow only keeps it going.
 */
export class DrainWorkflow extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const stack = domainStackOf(this);
    const arn = callArn(stack.stage.stage, RunDrain);
    const when = (status: string, Next: string) => ({ Variable: '$.result.status', StringEquals: status, Next });
    const definition = {
      StartAt: 'work',
      States: {
        work: {
          Type: 'Task',
          Resource: arn,
          Parameters: { 'traceId.$': '$.traceId', 'input.$': '$.input' },
          ResultPath: '$.result',
          TimeoutSeconds: RunDrain.timeoutMs / 1000,
          Retry: RETRY,
          Next: 'more?',
        },
        'more?': { Type: 'Choice', Choices: [when('continue', 'work'), when('wait', 'pause')], Default: 'ended' },
        pause: { Type: 'Wait', SecondsPath: '$.result.waitSeconds', Next: 'work' },
        ended: { Type: 'Succeed' },
      },
    };
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
      inlinePolicies: {
        steps: new PolicyDocument({
          statements: [new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [arn] })],
        }),
      },
    });
    const machine = new CfnStateMachine(this, 'Machine', {
      stateMachineName: stateMachineName(stack.stage.stage, stack.domain, DRAIN_MACHINE_NAME),
      stateMachineType: 'STANDARD',
      roleArn: role.roleArn,
      definitionString: stack.toJsonString(definition),
    });
    alarmWhen(this, 'Failed', {
      what: 'A drain of a storage node stopped: nothing is lost, and draining the node again goes on with it',
      metric: new Metric({
        namespace: 'AWS/States',
        metricName: 'ExecutionsFailed',
        dimensionsMap: { StateMachineArn: machine.ref },
      }),
      above: 0,
      minutes: 5,
    });
  }
}
