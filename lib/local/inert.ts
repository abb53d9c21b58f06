import type { Account, ProvisionedResource, TemplateResource } from './contracts.ts';

/**
 * What the local cloud takes from a template without doing anything: the one list of it. Everything else that is not
 * implemented is an error at start, so a template never means less here than its author believes.
 */
interface InertType {
  readonly type: string;
  readonly reason: string;
  /** The resource part of its ARN, `{name}` for its physical name: `service:resource`. */
  readonly arn?: string;
  /** What `Ref` answers: the name unless said otherwise. */
  readonly ref?: 'arn' | 'name';
}

interface InertProperty {
  readonly type: string;
  readonly property: string;
  readonly reason: string;
}

const inertTypes: readonly InertType[] = [
  { type: 'AWS::CDK::Metadata', reason: 'usage statistics of the CDK' },
  {
    type: 'AWS::CloudWatch::Alarm',
    reason: 'there are no service metrics to watch; what an alarm would tell is in the live log',
    arn: 'cloudwatch:alarm:{name}',
  },
  { type: 'AWS::CloudWatch::Dashboard', reason: 'there are no service metrics to show' },
  {
    type: 'AWS::Logs::LogGroup',
    reason: 'logs go to the live log and are not kept',
    arn: 'logs:log-group:{name}:*',
  },
  { type: 'AWS::Logs::MetricFilter', reason: 'there are no service metrics' },
  { type: 'AWS::SNS::Topic', reason: 'the alarm topic; no alarm fires', arn: 'sns:{name}', ref: 'arn' },
  { type: 'AWS::SNS::TopicPolicy', reason: 'the alarm topic; no alarm fires' },
  { type: 'AWS::SNS::Subscription', reason: 'the alarm topic; no alarm fires', ref: 'arn', arn: 'sns:{name}' },
  {
    type: 'AWS::Events::Archive',
    reason: 'nothing replays an archive yet; events stay in the tables they come from',
    arn: 'events:archive/{name}',
  },
  { type: 'AWS::Budgets::Budget', reason: 'nothing here costs money' },
];

const inertProperties: readonly InertProperty[] = [
  { type: '*', property: 'Tags', reason: 'tags are for bills and searches' },
  { type: 'AWS::Lambda::Function', property: 'TracingConfig', reason: 'there is no X-Ray; traces are in the log' },
  {
    type: 'AWS::Lambda::Function',
    property: 'Architectures',
    reason: 'functions run on the processor of this machine',
  },
  { type: 'AWS::Lambda::Function', property: 'Description', reason: 'text for people' },
  { type: 'AWS::Lambda::Function', property: 'RecursiveLoop', reason: 'loops show in the live log' },
  { type: 'AWS::Lambda::Version', property: 'Description', reason: 'text for people' },
  { type: 'AWS::Lambda::Alias', property: 'Description', reason: 'text for people' },
  { type: 'AWS::Lambda::EventSourceMapping', property: 'MetricsConfig', reason: 'there are no service metrics' },
  { type: 'AWS::SQS::Queue', property: 'SqsManagedSseEnabled', reason: 'the state directory is not encrypted' },
  { type: 'AWS::SQS::Queue', property: 'KmsMasterKeyId', reason: 'the state directory is not encrypted' },
  { type: 'AWS::SQS::Queue', property: 'KmsDataKeyReusePeriodSeconds', reason: 'the state directory is not encrypted' },
  { type: 'AWS::StepFunctions::StateMachine', property: 'TracingConfiguration', reason: 'there is no X-Ray' },
  { type: 'AWS::ApiGateway::RestApi', property: 'Description', reason: 'text for people' },
  { type: 'AWS::ApiGateway::RestApi', property: 'EndpointConfiguration', reason: 'there is one machine' },
  { type: 'AWS::ApiGateway::RestApi', property: 'FailOnWarnings', reason: 'what is not known is always an error' },
  { type: 'AWS::ApiGateway::RestApi', property: 'Parameters', reason: 'endpoint types; there is one machine' },
  { type: 'AWS::ApiGateway::Deployment', property: 'Description', reason: 'text for people' },
  { type: 'AWS::ApiGateway::Stage', property: 'Description', reason: 'text for people' },
  { type: 'AWS::ApiGateway::Stage', property: 'TracingEnabled', reason: 'there is no X-Ray' },
  { type: 'AWS::ApiGateway::Stage', property: 'AccessLogSetting', reason: 'requests are in the live log' },
  { type: 'AWS::ApiGateway::UsagePlan', property: 'Description', reason: 'text for people' },
  { type: 'AWS::Events::EventBus', property: 'Description', reason: 'text for people' },
  { type: 'AWS::Events::EventBus', property: 'KmsKeyIdentifier', reason: 'the state directory is not encrypted' },
  { type: 'AWS::Events::Rule', property: 'Description', reason: 'text for people' },
  { type: 'AWS::Scheduler::Schedule', property: 'Description', reason: 'text for people' },
  { type: 'AWS::Scheduler::Schedule', property: 'KmsKeyArn', reason: 'the state directory is not encrypted' },
  ...['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'].flatMap((type) => [
    { type, property: 'SSESpecification', reason: 'the state directory is not encrypted' },
    { type, property: 'PointInTimeRecoverySpecification', reason: 'the state directory can be copied instead' },
    { type, property: 'DeletionProtectionEnabled', reason: 'a table is never deleted here' },
    { type, property: 'ContributorInsightsSpecification', reason: 'there are no service metrics' },
    { type, property: 'OnDemandThroughput', reason: 'throughput has no limit but this machine' },
    { type, property: 'WarmThroughput', reason: 'throughput has no limit but this machine' },
    { type, property: 'WriteOnDemandThroughputSettings', reason: 'throughput has no limit but this machine' },
    { type, property: 'TableClass', reason: 'it changes the price alone' },
  ]),
  { type: 'AWS::IAM::Role', property: 'Description', reason: 'text for people' },
  { type: 'AWS::IAM::Role', property: 'MaxSessionDuration', reason: 'credentials do not expire here' },
  { type: 'AWS::IAM::ManagedPolicy', property: 'Description', reason: 'text for people' },
  { type: 'AWS::SSM::Parameter', property: 'Description', reason: 'text for people' },
  { type: 'AWS::SSM::Parameter', property: 'Tier', reason: 'it changes the price alone' },
  { type: 'AWS::SecretsManager::Secret', property: 'KmsKeyId', reason: 'the state directory is not encrypted' },
  { type: 'AWS::S3::Bucket', property: 'BucketEncryption', reason: 'the state directory is not encrypted' },
  { type: 'AWS::S3::Bucket', property: 'LoggingConfiguration', reason: 'requests are in the live log' },
  { type: 'AWS::S3::Bucket', property: 'LifecycleConfiguration', reason: 'files stay until somebody deletes them' },
  { type: 'AWS::S3::Bucket', property: 'PublicAccessBlockConfiguration', reason: 'every request must be signed here' },
  { type: 'AWS::S3::Bucket', property: 'OwnershipControls', reason: 'there are no access control lists here' },
  {
    type: 'AWS::S3::Bucket',
    property: 'VersioningConfiguration',
    reason: 'old versions are for recovery; reading one says that it is not implemented',
  },
];

const typesByName = new Map(inertTypes.map((row) => [row.type, row]));
const propertiesByName = new Set(inertProperties.map((row) => `${row.type}.${row.property}`));

export const isInertType = (type: string): boolean => typesByName.has(type);

/** What `Ref` and `Fn::GetAtt` answer for a resource that is not there. */
export const inertResource = (resource: TemplateResource, account: Account): ProvisionedResource => {
  const row = typesByName.get(resource.type);
  const given = ['AlarmName', 'LogGroupName', 'TopicName', 'ArchiveName', 'DashboardName']
    .map((property) => resource.properties[property])
    .find((value) => typeof value === 'string');
  const name = typeof given === 'string' ? given : `${resource.stack}-${resource.logicalId}`;
  if (row?.arn === undefined) return { ref: name, attributes: {} };
  const [service = '', ...rest] = row.arn.replace('{name}', name).split(':');
  const arn = `arn:${account.partition}:${service}:${account.region}:${account.accountId}:${rest.join(':')}`;
  return { ref: row.ref === 'arn' ? arn : name, attributes: { Arn: arn, TopicArn: arn, TopicName: name } };
};

/**
 * Refuses a property that is neither implemented (`known`) nor inert.
 * @throws Error that names the property by its path
 */
export const requireKnownProperties = (resource: TemplateResource, known: readonly string[]): void => {
  for (const property of Object.keys(resource.properties)) {
    if (known.includes(property)) continue;
    if (propertiesByName.has(`${resource.type}.${property}`) || propertiesByName.has(`*.${property}`)) continue;
    throw new Error(
      `${resource.path}.Properties.${property}: the local cloud does not implement this property of ${resource.type}`,
    );
  }
};
