import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { CheckImport, FailImport, RunImport } from '../functions/catalog/calls.ts';
import { alarmWhen } from '../lib/constructs/alarms.ts';
import { callArn } from '../lib/constructs/arns.ts';
import { domainStackOf } from '../lib/constructs/domain-stack.ts';
import { stateMachineName } from '../lib/names.ts';
import type { CallContract } from '../lib/runtime/call.ts';

/** The name in `machineRef('catalog', IMPORT_MACHINE_NAME)`. */
export const IMPORT_MACHINE_NAME = 'import';

/** A worker that was cut off goes on where the import says, so it is simply run again. */
const RETRY = [
  { ErrorEquals: ['States.ALL'], IntervalSeconds: 2, MaxAttempts: 5, BackoffRate: 2, JitterStrategy: 'FULL' },
];
const CATCH = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'fail' }];

type Step = Pick<CallContract, 'domain' | 'name' | 'timeoutMs'>;

const task = (arn: string, { timeoutMs }: Step, next: object) => ({
  Type: 'Task',
  Resource: arn,
  Parameters: { 'tenant.$': '$.tenant', 'traceId.$': '$.traceId', 'input.$': '$.input' },
  ResultPath: '$.result',
  TimeoutSeconds: timeoutMs / 1000,
  Retry: RETRY,
  ...next,
});

/**
 * An import as a Standard workflow: check the file, then work on it a few slices at a time until it says that it has
 * ended. All state is in the import itself; the workflow only keeps it going, whatever is cut off where.
 */
export class ImportWorkflow extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const stack = domainStackOf(this);
    const arnOf = (call: Step): string => callArn(stack.stage.stage, call);
    const goOn = { Variable: '$.result.status', StringEquals: 'continue', Next: 'work' };
    const definition = {
      StartAt: 'check',
      States: {
        check: task(arnOf(CheckImport), CheckImport, { Catch: CATCH, Next: 'more?' }),
        work: task(arnOf(RunImport), RunImport, { Catch: CATCH, Next: 'more?' }),
        'more?': { Type: 'Choice', Choices: [goOn], Default: 'ended' },
        ended: { Type: 'Succeed' },
        fail: task(arnOf(FailImport), FailImport, { Next: 'failed' }),
        failed: { Type: 'Fail', Error: 'import_failed', Cause: 'The steps of the import kept failing' },
      },
    };
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
      inlinePolicies: {
        steps: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: ['lambda:InvokeFunction'],
              resources: [CheckImport, RunImport, FailImport].map(arnOf),
            }),
          ],
        }),
      },
    });
    const machine = new CfnStateMachine(this, 'Machine', {
      stateMachineName: stateMachineName(stack.stage.stage, stack.domain, IMPORT_MACHINE_NAME),
      stateMachineType: 'STANDARD',
      roleArn: role.roleArn,
      definitionString: stack.toJsonString(definition),
    });
    alarmWhen(this, 'Failed', {
      what: 'An import of products stopped for a reason that is not in its file',
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
