/**
 * Every derived name, in one place. What others call has such a name, so that callers and policies can build its ARN
 * without asking at deployment; what holds data never has one, so that it can be replaced.
 */

/** The alias under which every function is called. */
export const LIVE_ALIAS = 'live';

/** The stage of every REST API. */
export const API_STAGE = 'live';

/** The tags of everything that costs: activated as cost allocation tags, they split the bill. */
export const STAGE_TAG = 'cartwright:stage';
export const DOMAIN_TAG = 'cartwright:domain';

const MAX_FUNCTION_NAME = 64;

export const stackName = (stage: string, domain: string): string => `cartwright-${stage}-${domain}`;

/** @throws when the name is longer than Lambda takes */
export const functionName = (stage: string, domain: string, name: string): string => {
  const full = `cartwright-${stage}-${domain}-${name}`;
  if (full.length <= MAX_FUNCTION_NAME) return full;
  throw new Error(`The function name ${full} has ${full.length} characters; Lambda takes ${MAX_FUNCTION_NAME}`);
};

export const stateMachineName = (stage: string, domain: string, name: string): string =>
  `cartwright-${stage}-${domain}-${name}`;

export const busName = (stage: string): string => `cartwright-${stage}-platform`;

/** An SSM parameter: `parameterName('dev', '/platform/bus-arn')` is `/cartwright/dev/platform/bus-arn`. */
export const parameterName = (stage: string, path: `/${string}`): string => `/cartwright/${stage}${path}`;

/** The beginning of the names of a domain's secrets that are made after its deployment: `cartwright/dev/storage/`. */
export const secretPrefix = (stage: string, domain: string): string => `cartwright/${stage}/${domain}/`;

/** The parameters of a domain's API, for clients and for the usage plans. */
export const apiParameter = (domain: string, what: 'api-id' | 'api-url' | 'api-stage'): `/${string}` =>
  `/${domain}/${what}`;

/** The parameter that holds the id of a tier's usage plan. */
export const planParameter = (tier: string): `/${string}` => `/access/plan-${tier}`;

export const platformParameters = {
  busArn: '/platform/bus-arn',
  alarmTopicArn: '/platform/alarm-topic-arn',
  systemBucket: '/platform/system-bucket',
  operatorSecretArn: '/platform/operator-secret-arn',
} as const satisfies Readonly<Record<string, `/${string}`>>;
