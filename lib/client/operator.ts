import { GetParameterCommand, paginateGetParametersByPath, SSMClient } from '@aws-sdk/client-ssm';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** Where the AWS API of a deployment is. Without an endpoint: AWS itself, by the credentials of the environment. */
export interface Deployment {
  readonly stage: string;
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
}

/** For the SDK's clients. The local cloud takes the access key `local` as the developer who may do everything. */
export const awsOptions = (deployment: Deployment) =>
  deployment.endpoint === undefined
    ? deployment.region === undefined
      ? {}
      : { region: deployment.region }
    : {
        endpoint: deployment.endpoint,
        region: deployment.region ?? 'eu-central-1',
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      };

/** Reads a parameter of a stage: `/cartwright/<stage>/<name>`. */
export const readParameter = async (deployment: Deployment, name: string): Promise<string> => {
  const client = new SSMClient(awsOptions(deployment));
  const path = `/cartwright/${deployment.stage}/${name}`;
  const answer = await client.send(new GetParameterCommand({ Name: path }));
  client.destroy();
  if (answer.Parameter?.Value === undefined) throw new Error(`The parameter ${path} is empty`);
  return answer.Parameter.Value;
};

/** The operator key of a stage. It was made at deployment and is kept in Secrets Manager; whoever may read it is an operator. */
export const readOperatorKey = async (deployment: Deployment): Promise<string> => {
  const secretArn = await readParameter(deployment, 'platform/operator-secret-arn');
  const client = new SecretsManagerClient(awsOptions(deployment));
  const answer = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
  client.destroy();
  if (answer.SecretString === undefined) throw new Error(`The secret ${secretArn} has no text value`);
  return `op_${answer.SecretString}`;
};

/** The base URL of each domain's API: what the domains of the stage left in `/cartwright/<stage>/<domain>/api-url`. */
export const readApiUrls = async (deployment: Deployment): Promise<Readonly<Record<string, string>>> => {
  const client = new SSMClient(awsOptions(deployment));
  const urls: Record<string, string> = {};
  const Path = `/cartwright/${deployment.stage}`;
  for await (const { Parameters = [] } of paginateGetParametersByPath({ client }, { Path, Recursive: true })) {
    for (const { Name = '', Value } of Parameters) {
      const [, domain] = /\/([a-z-]+)\/api-url$/.exec(Name) ?? [];
      if (domain !== undefined && Value !== undefined) urls[domain] = Value;
    }
  }
  client.destroy();
  if (Object.keys(urls).length > 0) return urls;
  throw new Error(`There is no API of stage ${deployment.stage}: deploy its domains first (cdk deploy --all)`);
};
