import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** Where the AWS API of a deployment is. Without an endpoint: AWS itself, by the credentials of the environment. */
export interface Deployment {
  readonly stage: string;
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
}

/** The local cloud takes the access key `local` as the developer who may do everything. */
const options = (deployment: Deployment) =>
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
  const client = new SSMClient(options(deployment));
  const path = `/cartwright/${deployment.stage}/${name}`;
  const answer = await client.send(new GetParameterCommand({ Name: path }));
  client.destroy();
  if (answer.Parameter?.Value === undefined) throw new Error(`The parameter ${path} is empty`);
  return answer.Parameter.Value;
};

/** The operator key of a stage. It was made at deployment and is kept in Secrets Manager; whoever may read it is an operator. */
export const readOperatorKey = async (deployment: Deployment): Promise<string> => {
  const secretArn = await readParameter(deployment, 'platform/operator-secret-arn');
  const client = new SecretsManagerClient(options(deployment));
  const answer = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
  client.destroy();
  if (answer.SecretString === undefined) throw new Error(`The secret ${secretArn} has no text value`);
  return `op_${answer.SecretString}`;
};
