import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { awsOptions, type Deployment } from '../operator.ts';
import { addNode, changeNode, listNodes, type NodeToAdd, type Operator, ShownNode } from './nodes.ts';

/** A store on this machine. */
export interface LocalNode extends Pick<NodeToAdd, 'name' | 'endpoint' | 'region' | 'capacityBytes' | 'lifetimes'> {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Makes a secret, or puts another value into it. */
export const keepSecret = async (deployment: Deployment, name: string, value: string): Promise<void> => {
  const client = new SecretsManagerClient(awsOptions(deployment));
  try {
    await client.send(new CreateSecretCommand({ Name: name, SecretString: value }));
  } catch (error) {
    if (!(error instanceof ResourceExistsException)) throw error;
    await client.send(new PutSecretValueCommand({ SecretId: name, SecretString: value }));
  } finally {
    client.destroy();
  }
};

/** A node is eligible only while its last report is young: the scheduled probe would come within a minute. */
const probeNow = async (deployment: Deployment): Promise<void> => {
  const client = new LambdaClient(awsOptions(deployment));
  const FunctionName = `cartwright-${deployment.stage}-storage-probe-nodes:live`;
  await client.send(new InvokeCommand({ FunctionName, Payload: Buffer.from('{}') }));
  client.destroy();
};

/** Adds and activates, as an operator does, the stores of this machine that the cloud does not know yet. */
export const addLocalNodes = async (
  operator: Operator,
  deployment: Deployment,
  stores: readonly LocalNode[],
): Promise<readonly ShownNode[]> => {
  const known = new Map((await listNodes(operator)).map((node) => [node.name, node]));
  const added = await Promise.all(
    stores.map(async ({ name, endpoint, region, capacityBytes, lifetimes, accessKeyId, secretAccessKey }) => {
      const before = known.get(name);
      if (before !== undefined && before.state !== 'joining') return before;
      const secret = `cartwright/${deployment.stage}/storage/${name}`;
      await keepSecret(deployment, secret, JSON.stringify({ accessKeyId, secretAccessKey }));
      const store = { name, endpoint, region, capacityBytes, secret, zone: 'local' };
      const body = lifetimes === undefined ? store : { ...store, lifetimes };
      const node = before ?? (await addNode(operator, body, `local-node-${name}`));
      return changeNode(operator, ShownNode, node, 'activate');
    }),
  );
  if (known.size > 0) await probeNow(deployment);
  return added;
};
