import { createHash, randomUUID } from 'node:crypto';
import * as z from 'zod';
import { AwsError, notImplemented } from '../aws-error.ts';
import { systemClock } from '../clock.ts';
import type { Clock } from '../clock.ts';
import type { Account, AwsService, Iam, Meter, Principal, Provisioner, State, TemplateResource } from '../contracts.ts';
import type { JsonObject } from '../json.ts';
import { operationInput } from '../operation-input.ts';
import { physicalName } from '../physical-name.ts';
import { readProperties } from '../read-properties.ts';
import { generateSecret, GenerateSecretString } from './generated-secret.ts';
import { createSecretStore } from './secret-store.ts';
import type { SecretVersion, StoredSecret } from './secret-store.ts';

const SecretProperties = z.object({
  Name: z.string().optional(),
  Description: z.string().optional(),
  SecretString: z.string().optional(),
  GenerateSecretString: GenerateSecretString.optional(),
});

export interface Secrets {
  readonly service: AwsService;
  readonly provisioners: readonly Provisioner[];
}

const CURRENT = 'AWSCURRENT';

/** AWS ends a secret's ARN in six characters, so that a secret of the same name made anew is another one. */
const suffixOf = (name: string): string =>
  createHash('sha256')
    .update(name)
    .digest('base64')
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, 6);

/**
 * AWS Secrets Manager: text secrets with versions and stages. A secret that the template has generated is made once, at
 * the first start of a state directory.
 */
export const createSecrets = (options: {
  readonly account: Account;
  readonly iam: Iam;
  readonly state: State;
  readonly meter: Meter;
  readonly clock?: Clock;
}): Secrets => {
  const { account, iam } = options;
  const clock = options.clock ?? systemClock;
  const store = createSecretStore(options.state);
  const arnOf = (name: string): string =>
    `arn:${account.partition}:secretsmanager:${account.region}:${account.accountId}:secret:${name}-${suffixOf(name)}`;

  /** IAM decides first, as on AWS, so a caller without permission does not learn whether a secret exists. */
  const authorized = (action: string, id: string, principal: Principal): StoredSecret => {
    const found = store.find(id);
    iam.authorize({
      principal,
      action: `secretsmanager:${action}`,
      resource: found?.arn ?? (id.startsWith('arn:') ? id : arnOf(id)),
    });
    if (found === undefined)
      throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    return found;
  };

  const described = (secret: StoredSecret): JsonObject => ({
    ARN: secret.arn,
    Name: secret.name,
    ...(secret.description === null ? {} : { Description: secret.description }),
    CreatedDate: secret.createdAt / 1000,
  });

  const stagesByVersion = (versions: readonly SecretVersion[]): JsonObject =>
    Object.fromEntries(
      versions.filter((version) => version.stages.length > 0).map((version) => [version.id, version.stages]),
    );

  const operations: Readonly<Record<string, (input: JsonObject, principal: Principal) => Promise<unknown> | unknown>> =
    {
      GetSecretValue(input, principal) {
        const read = operationInput('secretsmanager:GetSecretValue', input, ['SecretId', 'VersionId', 'VersionStage']);
        const secret = authorized('GetSecretValue', read.text('SecretId'), principal);
        const id = read.optionalText('VersionId');
        const stage = read.optionalText('VersionStage') ?? (id === undefined ? CURRENT : undefined);
        const version = store
          .versions(secret.arn)
          .find(
            (candidate) =>
              (id === undefined || candidate.id === id) && (stage === undefined || candidate.stages.includes(stage)),
          );
        if (version === undefined) {
          throw new AwsError(
            'ResourceNotFoundException',
            `Secrets Manager can't find the specified secret value for ${id === undefined ? `staging label: ${stage}` : `VersionId: ${id}`}`,
          );
        }
        return {
          ARN: secret.arn,
          Name: secret.name,
          VersionId: version.id,
          SecretString: version.value,
          VersionStages: version.stages,
          CreatedDate: version.createdAt / 1000,
        };
      },
      async PutSecretValue(input, principal) {
        const read = operationInput('secretsmanager:PutSecretValue', input, [
          'SecretId',
          'SecretString',
          'ClientRequestToken',
          'VersionStages',
        ]);
        const secret = authorized('PutSecretValue', read.text('SecretId'), principal);
        const id = read.optionalText('ClientRequestToken') ?? randomUUID();
        const value = read.text('SecretString');
        const stages = Array.isArray(input['VersionStages']) ? input['VersionStages'].map(String) : [CURRENT];
        const same = store.versions(secret.arn).find((version) => version.id === id);
        if (same !== undefined && same.value !== value) {
          throw new AwsError(
            'ResourceExistsException',
            "You can't modify an existing version, you can only create new ones.",
          );
        }
        if (same === undefined) await store.addVersion(secret.arn, { id, value, createdAt: clock.now() }, stages);
        return { ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: stages };
      },
      /** By operators, who keep in it what no template may hold. */
      async CreateSecret(input, principal) {
        const read = operationInput('secretsmanager:CreateSecret', input, [
          'Name',
          'SecretString',
          'ClientRequestToken',
          'Description',
        ]);
        const name = read.text('Name');
        const arn = arnOf(name);
        iam.authorize({ principal, action: 'secretsmanager:CreateSecret', resource: arn });
        if (!/^[A-Za-z0-9/_+=.@-]{1,512}$/.test(name))
          throw new AwsError(
            'ValidationException',
            'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
          );
        const id = read.optionalText('ClientRequestToken') ?? randomUUID();
        const value = read.text('SecretString');
        const known = store.find(name);
        const same = known === undefined ? undefined : store.versions(arn).find((version) => version.id === id);
        if (known !== undefined && same?.value !== value)
          throw new AwsError(
            'ResourceExistsException',
            `The operation failed because the secret ${name} already exists.`,
          );
        if (known === undefined) {
          const createdAt = clock.now();
          await store.create({ arn, name, description: read.optionalText('Description') ?? null, createdAt });
          await store.addVersion(arn, { id, value, createdAt }, [CURRENT]);
        }
        return { ARN: arn, Name: name, VersionId: id };
      },
      DescribeSecret(input, principal) {
        const secret = authorized(
          'DescribeSecret',
          operationInput('secretsmanager:DescribeSecret', input, ['SecretId']).text('SecretId'),
          principal,
        );
        return { ...described(secret), VersionIdsToStages: stagesByVersion(store.versions(secret.arn)) };
      },
      ListSecrets(input, principal) {
        operationInput('secretsmanager:ListSecrets', input, ['MaxResults', 'IncludePlannedDeletion']);
        iam.authorize({ principal, action: 'secretsmanager:ListSecrets', resource: '*' });
        return { SecretList: store.list().map(described) };
      },
      async UpdateSecretVersionStage(input, principal) {
        const read = operationInput('secretsmanager:UpdateSecretVersionStage', input, [
          'SecretId',
          'VersionStage',
          'MoveToVersionId',
          'RemoveFromVersionId',
        ]);
        const secret = authorized('UpdateSecretVersionStage', read.text('SecretId'), principal);
        const stage = read.text('VersionStage');
        const to = read.optionalText('MoveToVersionId');
        const holder = store.versions(secret.arn).find((version) => version.stages.includes(stage));
        if (holder !== undefined && holder.id !== to && read.optionalText('RemoveFromVersionId') !== holder.id) {
          throw new AwsError(
            'InvalidParameterException',
            `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
          );
        }
        if (to !== undefined && !store.versions(secret.arn).some((version) => version.id === to)) {
          throw new AwsError(
            'ResourceNotFoundException',
            `Secrets Manager can't find the specified secret version: ${to}.`,
          );
        }
        await store.moveStage(secret.arn, stage, to);
        return { ARN: secret.arn, Name: secret.name };
      },
    };

  const provision = async (resource: TemplateResource) => {
    const properties = readProperties(resource, SecretProperties);
    const name = properties.Name ?? physicalName(resource, 512);
    const known = store.find(name);
    const arn = known?.arn ?? arnOf(name);
    const now = clock.now();
    if (known === undefined)
      await store.create({ arn, name, description: properties.Description ?? null, createdAt: now });
    if (store.versions(arn).length === 0) {
      const value =
        properties.SecretString ??
        (properties.GenerateSecretString === undefined ? undefined : generateSecret(properties.GenerateSecretString));
      if (value !== undefined) await store.addVersion(arn, { id: randomUUID(), value, createdAt: now }, [CURRENT]);
    }
    return { ref: arn, attributes: { Id: arn } };
  };

  return {
    provisioners: [{ types: ['AWS::SecretsManager::Secret'], provision }],
    service: {
      signingName: 'secretsmanager',
      async call(operation, input, principal) {
        const run = operations[operation];
        if (run === undefined) throw notImplemented(`secretsmanager:${operation}`);
        options.meter.count(`secretsmanager.${operation}`);
        return await run(input, principal);
      },
    },
  };
};
