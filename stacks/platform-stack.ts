import { Aws, Duration, type App } from 'aws-cdk-lib/core';
import { Archive, EventBus, Match } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, CfnBucket, HttpMethods } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Subscription, SubscriptionProtocol, Topic } from 'aws-cdk-lib/aws-sns';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { SigningKeys, VerifySession } from '../functions/accounts/calls.ts';
import { AuthorizerEnv } from '../functions/platform/env.ts';
import { ResolveTenant, VerifyKey } from '../functions/tenants/calls.ts';
import type { StageConfig } from '../lib/config.ts';
import { alarmWhen } from '../lib/constructs/alarms.ts';
import { budgetAlarm } from '../lib/constructs/budget-alarm.ts';
import { invokes, readsSecret, setting } from '../lib/constructs/bind.ts';
import { DomainStack } from '../lib/constructs/domain-stack.ts';
import { ServiceFunction } from '../lib/constructs/service-function.ts';
import { busName, parameterName, platformParameters } from '../lib/names.ts';

/** How long the bus' archive keeps events for a replay. */
const ARCHIVE_DAYS = 30;
/** Files of imports and exports are kept so long; what was replaced, shorter. */
const FILE_DAYS = 30;
const OLD_VERSION_DAYS = 7;
/** Who read or wrote which file. */
const ACCESS_LOG_DAYS = 90;
/** Letters and digits of the operator's key: 40 of 62 are 238 bits. */
const OPERATOR_KEY_LENGTH = 40;

/** What all domains stand on: the bus, the alarm topic, the system's bucket, the authorizer and the operator's key. */
export class PlatformStack extends DomainStack {
  readonly #alarms: Topic;

  constructor(app: App, stage: StageConfig) {
    super(app, { domain: 'platform', stage });
    this.#alarms = this.#alarmTopic(stage.alarmEmail);
    budgetAlarm(this, 'Budget', { monthlyUsd: stage.monthlyBudgetUsd, topic: this.#alarms });
    const bucket = this.#systemBucket();
    const operator = new Secret(this, 'OperatorKey', {
      description: 'The operator key of this Cartwright, without its prefix op_',
      generateSecretString: { passwordLength: OPERATOR_KEY_LENGTH, excludePunctuation: true },
      removalPolicy: this.whenRemoved,
    });
    const bus = new EventBus(this, 'Bus', { eventBusName: busName(stage.stage) });
    const archive = new Archive(this, 'Archive', {
      sourceEventBus: bus,
      eventPattern: { source: Match.prefix('cartwright.') },
      retention: Duration.days(ARCHIVE_DAYS),
    });
    archive.applyRemovalPolicy(this.whenRemoved);

    const authorizer = new ServiceFunction(this, 'Authorizer', {
      entry: 'platform/authorizer',
      env: AuthorizerEnv,
      bind: {
        STAGE: setting(stage.stage),
        OPERATOR_SECRET: readsSecret(operator),
        VERIFY_KEY_FUNCTION: invokes(VerifyKey),
        RESOLVE_TENANT_FUNCTION: invokes(ResolveTenant),
        SIGNING_KEYS_FUNCTION: invokes(SigningKeys),
        VERIFY_SESSION_FUNCTION: invokes(VerifySession),
      },
    });
    alarmWhen(this, 'AuthorizerFails', {
      what: 'The authorizer fails: nobody gets in',
      metric: authorizer.lambda.metricErrors(),
      above: 4,
      minutes: 5,
    });

    const left = {
      busArn: bus.eventBusArn,
      alarmTopicArn: this.#alarms.topicArn,
      systemBucket: bucket.bucketName,
      operatorSecretArn: operator.secretArn,
    } satisfies Record<keyof typeof platformParameters, string>;
    for (const name of ['busArn', 'alarmTopicArn', 'systemBucket', 'operatorSecretArn'] as const) {
      new StringParameter(this, `Parameter-${name}`, {
        parameterName: parameterName(stage.stage, platformParameters[name]),
        stringValue: left[name],
      });
    }
  }

  override get alarmTopicArn(): string {
    return this.#alarms.topicArn;
  }

  #alarmTopic(email: string | undefined): Topic {
    const topic = new Topic(this, 'Alarms', { enforceSSL: true });
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsAndBudgetsOfThisAccount',
        actions: ['sns:Publish'],
        principals: ['cloudwatch', 'budgets'].map((service) => new ServicePrincipal(`${service}.amazonaws.com`)),
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    if (email !== undefined)
      new Subscription(this, 'AlarmEmail', { topic, protocol: SubscriptionProtocol.EMAIL, endpoint: email });
    return topic;
  }

  #systemBucket(): Bucket {
    const guarded = {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: this.whenRemoved,
    };
    const accessLogs = new Bucket(this, 'AccessLogs', {
      ...guarded,
      lifecycleRules: [{ expiration: Duration.days(ACCESS_LOG_DAYS) }],
    });
    accessLogs.addToResourcePolicy(
      new PolicyStatement({
        actions: ['s3:PutObject'],
        principals: [new ServicePrincipal('logging.s3.amazonaws.com')],
        resources: [accessLogs.arnForObjects('*')],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    const bucket = new Bucket(this, 'System', {
      ...guarded,
      versioned: true,
      lifecycleRules: [
        {
          expiration: Duration.days(FILE_DAYS),
          noncurrentVersionExpiration: Duration.days(OLD_VERSION_DAYS),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      // Browsers upload with presigned URLs; the signature is the permission, so any origin may.
      cors: [{ allowedMethods: [HttpMethods.PUT, HttpMethods.GET], allowedOrigins: ['*'], allowedHeaders: ['*'] }],
    });
    const { defaultChild } = bucket.node;
    if (defaultChild instanceof CfnBucket) {
      defaultChild.loggingConfiguration = { destinationBucketName: accessLogs.bucketName };
    }
    return bucket;
  }
}
