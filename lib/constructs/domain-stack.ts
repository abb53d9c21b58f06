import { type App, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { StageConfig } from '../config.ts';
import { DOMAIN_TAG, platformParameters, STAGE_TAG, stackName } from '../names.ts';
import { parameterAtDeployment } from './platform.ts';

export interface DomainStackProps {
  readonly domain: string;
  readonly stage: StageConfig;
  /** Where the built functions are: `dist` unless said. */
  readonly bundles?: string;
}

/** The stack of one domain, with its one log group. It is deployed alone and reaches others by derived names only. */
export class DomainStack extends Stack {
  readonly domain: string;
  readonly stage: StageConfig;
  readonly bundles: string;
  /** Where every function and workflow of the domain logs: a reader follows a trace in one place per domain. */
  readonly logs: LogGroup;

  constructor(app: App, { domain, stage, bundles = 'dist' }: DomainStackProps) {
    super(app, stackName(stage.stage, domain), {
      stackName: stackName(stage.stage, domain),
      description: `Cartwright, ${domain} (${stage.stage})`,
      terminationProtection: stage.keepData,
      analyticsReporting: false,
      tags: { [STAGE_TAG]: stage.stage, [DOMAIN_TAG]: domain },
    });
    this.domain = domain;
    this.stage = stage;
    this.bundles = bundles;
    this.logs = new LogGroup(this, 'Logs', {
      retention: stage.logRetentionDays,
      removalPolicy: this.whenRemoved,
    });
  }

  /** What becomes of a resource that holds data when it leaves the template, or the stack is deleted. */
  get whenRemoved(): RemovalPolicy {
    return this.stage.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
  }

  /** Where the alarms of the stack are sent. */
  get alarmTopicArn(): string {
    return parameterAtDeployment(this, platformParameters.alarmTopicArn);
  }
}

/**
 * The domain stack that a construct is in.
 * @throws when it is in another kind of stack: the constructs here need a domain and a stage
 */
export const domainStackOf = (scope: Construct): DomainStack => {
  const stack = Stack.of(scope);
  if (stack instanceof DomainStack) return stack;
  throw new Error(`${scope.node.path} is not in a DomainStack`);
};
