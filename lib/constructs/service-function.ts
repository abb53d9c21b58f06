import { Duration } from 'aws-cdk-lib/core';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  CfnAlias,
  CfnFunction,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { existsSync } from 'node:fs';
import type * as z from 'zod';
import { ConfigError } from '../config.ts';
import { functionName, LIVE_ALIAS } from '../names.ts';
import type { Binding, BindingsOf, Grant } from './bind.ts';
import { canary } from './canary.ts';
import { domainStackOf } from './domain-stack.ts';
import { rightsOf, tenantRole } from './tenant-wall.ts';

export interface ServiceFunctionProps<Env extends z.ZodObject> {
  /** `<domain>/<name>`: the code of `functions/<domain>/<name>.lambda.ts`, built before synthesis. */
  readonly entry: `${string}/${string}`;
  /** What the function reads with `readEnv`. */
  readonly env: Env;
  /** Each variable's value and permission in one; a missing or unknown key does not compile. */
  readonly bind: BindingsOf<z.input<Env>>;
  /** 10 unless said. */
  readonly timeoutSeconds?: number;
  /** 512 unless said; CPU grows with it. */
  readonly memoryMb?: number;
  /** Reserved: the function gets so many at once and no more. */
  readonly concurrency?: number;
  /**
   * Why the function reaches items of tenants that no verified credential and no call's envelope names, so that no
   * session can be limited to one: it stands outside the second wall of tenancy.
   */
  readonly acrossTenants?: string;
}

/** The built code of an entry. */
const assetDirectory = (bundles: string, entry: string): string => {
  const directory = `${bundles}/${entry}`;
  if (existsSync(`${directory}/index.mjs`)) return directory;
  throw new ConfigError(`${directory}/index.mjs is missing: build the functions first (npm run build)`);
};

const statement = ({ actions, resources }: Grant): PolicyStatement =>
  new PolicyStatement({ actions: [...actions], resources: [...resources] });

/**
 * A Lambda function with a derived name and the alias `live`. Its role has the permissions of its bindings and leave to
 * write to the domain's log group, nothing else. Where the stage has the second wall of tenancy, what it does to items of
 * tenants is the right of a second role, which it assumes for one tenant at a time.
 */
export class ServiceFunction<Env extends z.ZodObject = z.ZodObject> extends Construct {
  readonly entry: string;
  readonly timeoutSeconds: number;
  readonly lambda: LambdaFunction;
  /** ARN of the alias: how the function is invoked, by whomever. */
  readonly arn: string;
  readonly #policy: PolicyDocument;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps<Env>) {
    super(scope, id);
    const stack = domainStackOf(this);
    const [domain = '', name = ''] = props.entry.split('/');
    if (domain !== stack.domain) throw new Error(`${props.entry} belongs to another domain than ${stack.domain}`);
    this.entry = props.entry;
    this.timeoutSeconds = props.timeoutSeconds ?? 10;

    this.#policy = new PolicyDocument();
    this.grant({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [stack.logs.logGroupArn] });
    const environment: Record<string, string> = { CARTWRIGHT_LOG_LEVEL: stack.stage.logLevel };
    const grants: Grant[] = [];
    for (const [variable, binding] of Object.entries<Binding>(props.bind)) {
      const bound = binding(stack);
      environment[variable] = bound.value;
      grants.push(...bound.grants);
    }
    const rights = rightsOf(grants, stack.stage.tenantWall && props.acrossTenants === undefined);
    this.#policy.addStatements(...rights.own);

    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { bindings: this.#policy },
    });
    if (rights.ofTenant.length > 0)
      environment['CARTWRIGHT_TENANT_ROLE'] = tenantRole(this, role, rights.ofTenant).roleArn;
    const named = functionName(stack.stage.stage, domain, name);
    this.lambda = new LambdaFunction(this, 'Function', {
      functionName: named,
      description: `${props.entry} of Cartwright`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(assetDirectory(stack.bundles, props.entry), { exclude: ['*.map'] }),
      environment,
      role: role.withoutPolicyUpdates(),
      logGroup: stack.logs,
      // Lambda's own START, END and REPORT of each invocation would be half of the log's bill; what fails is still told.
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
      // The functions choose what they print by CARTWRIGHT_LOG_LEVEL.
      applicationLogLevelV2: ApplicationLogLevel.TRACE,
      timeout: Duration.seconds(this.timeoutSeconds),
      memorySize: props.memoryMb ?? 512,
      ...(props.concurrency === undefined ? {} : { reservedConcurrentExecutions: props.concurrency }),
    });
    const { defaultChild } = this.lambda.node;
    if (defaultChild instanceof CfnFunction) {
      // Lets a tool that has only the template find the sources: a debugger, or a local run that reloads changed code.
      defaultChild.addMetadata('cartwright:entry', props.entry);
      if (props.acrossTenants !== undefined) defaultChild.addMetadata('cartwright:across-tenants', props.acrossTenants);
      // The function refers to its role, which says the order already.
      defaultChild.addDeletionOverride('DependsOn');
    }
    const live = new CfnAlias(this, 'Live', {
      name: LIVE_ALIAS,
      functionName: this.lambda.functionName,
      functionVersion: this.lambda.currentVersion.version,
    });
    this.arn = live.ref;
    if (stack.stage.rollout === 'canary')
      canary(this, { live, functionName: named, functionArn: this.lambda.functionArn });
  }

  /** Adds a permission that the function's surroundings need, such as polling its event source. */
  grant(grant: Grant): void {
    this.#policy.addStatements(statement(grant));
  }
}
