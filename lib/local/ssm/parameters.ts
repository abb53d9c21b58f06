import * as z from 'zod';
import { AwsError, notImplemented } from '../aws-error.ts';
import { systemClock } from '../clock.ts';
import type { Clock } from '../clock.ts';
import type { Account, AwsService, Iam, Meter, Principal, Provisioner, State, TemplateResource } from '../contracts.ts';
import type { JsonObject } from '../json.ts';
import { operationInput } from '../operation-input.ts';
import { physicalName } from '../physical-name.ts';
import { readProperties } from '../read-properties.ts';
import { createParameterStore } from './parameter-store.ts';
import type { StoredParameter } from './parameter-store.ts';

const ParameterProperties = z.object({
  Name: z.string().optional(),
  Type: z.enum(['String', 'StringList']),
  Value: z.string().min(1).max(8192),
});

export interface Parameters {
  readonly service: AwsService;
  readonly provisioners: readonly Provisioner[];
  /** The value of a parameter, for template parameters of type `AWS::SSM::Parameter::Value`. */
  value(name: string): string | undefined;
}

/** A page of GetParametersByPath and DescribeParameters: AWS's largest ones. */
const BY_PATH_PAGE = 10;
const DESCRIBE_PAGE = 50;

/** AWS Systems Manager's parameters: plain text, one value each, by name or by path. */
export const createParameters = (options: {
  readonly account: Account;
  readonly iam: Iam;
  readonly state: State;
  readonly meter: Meter;
  readonly clock?: Clock;
}): Parameters => {
  const { account, iam } = options;
  const clock = options.clock ?? systemClock;
  const store = createParameterStore(options.state);
  const arnOf = (name: string): string =>
    `arn:${account.partition}:ssm:${account.region}:${account.accountId}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
  const nameOf = (name: string): string =>
    name.startsWith('arn:') ? name.slice(name.indexOf(':parameter') + ':parameter'.length) : name;

  const shown = (parameter: StoredParameter): JsonObject => ({
    Name: parameter.name,
    Type: parameter.type,
    Value: parameter.value,
    Version: parameter.version,
    LastModifiedDate: parameter.modifiedAt / 1000,
    ARN: arnOf(parameter.name),
    DataType: 'text',
  });

  const page = <T>(all: readonly T[], size: number, token: string | undefined) => {
    const start = token === undefined ? 0 : Number(token);
    const next = start + size < all.length ? { NextToken: String(start + size) } : {};
    return { items: all.slice(start, start + size), next };
  };

  const operations: Readonly<Record<string, (input: JsonObject, principal: Principal) => Promise<unknown> | unknown>> =
    {
      GetParameter(input, principal) {
        const name = nameOf(operationInput('ssm:GetParameter', input, ['Name', 'WithDecryption']).text('Name'));
        iam.authorize({ principal, action: 'ssm:GetParameter', resource: arnOf(name) });
        const found = store.get(name);
        if (found === undefined) throw new AwsError('ParameterNotFound', `Parameter ${name} not found.`);
        return { Parameter: shown(found) };
      },
      GetParameters(input, principal) {
        const names = Array.isArray(input['Names']) ? input['Names'].map(String) : [];
        for (const name of names)
          iam.authorize({ principal, action: 'ssm:GetParameters', resource: arnOf(nameOf(name)) });
        const found = names.map((name) => store.get(nameOf(name)));
        return {
          Parameters: found.filter((parameter) => parameter !== undefined).map(shown),
          InvalidParameters: names.filter((_, index) => found[index] === undefined),
        };
      },
      GetParametersByPath(input, principal) {
        const read = operationInput('ssm:GetParametersByPath', input, [
          'Path',
          'Recursive',
          'WithDecryption',
          'MaxResults',
          'NextToken',
        ]);
        const path = read.text('Path').replace(/\/$/, '');
        iam.authorize({ principal, action: 'ssm:GetParametersByPath', resource: arnOf(path === '' ? '/' : path) });
        const all = store.under(`${path}/`, read.optionalFlag('Recursive') ?? false);
        const { items, next } = page(
          all,
          Math.min(read.optionalNumber('MaxResults') ?? BY_PATH_PAGE, BY_PATH_PAGE),
          read.optionalText('NextToken'),
        );
        return { Parameters: items.map(shown), ...next };
      },
      DescribeParameters(input, principal) {
        const read = operationInput('ssm:DescribeParameters', input, ['MaxResults', 'NextToken']);
        iam.authorize({ principal, action: 'ssm:DescribeParameters', resource: '*' });
        const { items, next } = page(
          store.under('', true),
          read.optionalNumber('MaxResults') ?? DESCRIBE_PAGE,
          read.optionalText('NextToken'),
        );
        const described = items.map((parameter) => {
          const { Value: _value, ...rest } = shown(parameter);
          return { ...rest, Tier: 'Standard', Policies: [] };
        });
        return { Parameters: described, ...next };
      },
      async PutParameter(input, principal) {
        const read = operationInput('ssm:PutParameter', input, ['Name', 'Value', 'Type', 'Overwrite', 'Description']);
        const name = read.text('Name');
        iam.authorize({ principal, action: 'ssm:PutParameter', resource: arnOf(name) });
        const known = store.get(name);
        if (known !== undefined && read.optionalFlag('Overwrite') !== true) {
          throw new AwsError(
            'ParameterAlreadyExists',
            'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
          );
        }
        const type = read.optionalText('Type') ?? known?.type ?? 'String';
        if (type === 'SecureString')
          throw notImplemented('ssm:PutParameter with Type SecureString; secrets are in Secrets Manager');
        const version = (known?.version ?? 0) + 1;
        await store.put({ name, type, value: read.text('Value'), version, modifiedAt: clock.now() });
        return { Version: version, Tier: 'Standard' };
      },
    };

  const provision = async (resource: TemplateResource) => {
    const properties = readProperties(resource, ParameterProperties);
    const name = properties.Name ?? physicalName(resource, 1011);
    await store.fromTemplate({ name, type: properties.Type, value: properties.Value, now: clock.now() });
    return { ref: name, attributes: { Type: properties.Type, Value: properties.Value } };
  };

  return {
    value: (name) => store.get(name)?.value,
    provisioners: [{ types: ['AWS::SSM::Parameter'], provision }],
    service: {
      signingName: 'ssm',
      async call(operation, input, principal) {
        const run = operations[operation];
        if (run === undefined) throw notImplemented(`ssm:${operation}`);
        options.meter.count(`ssm.${operation}`);
        return await run(input, principal);
      },
    },
  };
};
