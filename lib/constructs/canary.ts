import { CfnApplication, CfnDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { CfnAlias } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { LIVE_ALIAS } from '../names.ts';
import { alarmWhen } from './alarms.ts';
import { type DomainStack, domainStackOf } from './domain-stack.ts';

/** A tenth of the calls go to the new version; all of them after five minutes without an alarm. */
const DEPLOYMENT_CONFIG = 'CodeDeployDefault.LambdaCanary10Percent5Minutes';

/** What the canaries of a stack have in common: the application, and the role that moves the aliases. */
class Canary extends Construct {
  readonly application: CfnApplication;
  readonly role: Role;
  readonly #moves = new PolicyStatement({
    actions: ['lambda:GetAlias', 'lambda:UpdateAlias', 'lambda:GetProvisionedConcurrencyConfig'],
  });

  private constructor(stack: DomainStack) {
    super(stack, 'Canary');
    this.application = new CfnApplication(this, 'Application', { computePlatform: 'Lambda' });
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('codedeploy.amazonaws.com'),
      inlinePolicies: {
        canaries: new PolicyDocument({
          statements: [
            this.#moves,
            // Alarms are asked for all together.
            new PolicyStatement({ actions: ['cloudwatch:DescribeAlarms'], resources: ['*'] }),
          ],
        }),
      },
    });
  }

  static of(stack: DomainStack): Canary {
    const made = stack.node.tryFindChild('Canary');
    return made instanceof Canary ? made : new Canary(stack);
  }

  mayMove(functionArn: string, aliasArn: string): void {
    this.#moves.addResources(functionArn, aliasArn);
  }
}

export interface CanaryProps {
  readonly live: CfnAlias;
  /** As it is derived, not as a reference: it is part of an alarm's text. */
  readonly functionName: string;
  readonly functionArn: string;
}

/**
 * Lets a new version of a function show itself on a part of the calls before it gets all of them. When the alarm on the
 * alias' errors rings meanwhile, the old version has them again, and CloudFormation rolls the stack back. Every caller
 * comes by the alias, so the part is one of all calls: requests, records of queues and streams, steps of sagas.
 */
export const canary = (scope: Construct, { live, functionName, functionArn }: CanaryProps): void => {
  const shared = Canary.of(domainStackOf(scope));
  shared.mayMove(functionArn, live.ref);
  const alarm = alarmWhen(scope, 'Errors', {
    what: `${functionName} fails; a new version of it is taken back if it is being rolled out`,
    metric: new Metric({
      namespace: 'AWS/Lambda',
      metricName: 'Errors',
      dimensionsMap: { FunctionName: functionName, Resource: `${functionName}:${LIVE_ALIAS}` },
    }),
    above: 0,
    minutes: 1,
  });
  const group = new CfnDeploymentGroup(scope, 'Rollout', {
    applicationName: shared.application.ref,
    serviceRoleArn: shared.role.roleArn,
    deploymentConfigName: DEPLOYMENT_CONFIG,
    deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
    alarmConfiguration: { enabled: true, alarms: [{ name: alarm.ref }] },
    autoRollbackConfiguration: { enabled: true, events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'] },
  });
  live.cfnOptions.updatePolicy = {
    codeDeployLambdaAliasUpdate: { applicationName: shared.application.ref, deploymentGroupName: group.ref },
  };
};
