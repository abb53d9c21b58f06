import { AwsError, notImplemented } from '../aws-error.ts';
import type { AwsService, Iam, Lambda } from '../contracts.ts';
import { operationInput } from '../operation-input.ts';
import type { Functions, LambdaFunction } from './functions.ts';

const configurationOf = (fn: LambdaFunction) => ({
  FunctionName: fn.name,
  FunctionArn: fn.arn,
  Runtime: fn.runtime,
  Role: fn.roleArn,
  Handler: `index.${fn.handler}`,
  Timeout: fn.timeoutMs / 1000,
  MemorySize: fn.memoryMb,
  Version: '$LATEST',
  PackageType: 'Zip',
  Environment: { Variables: fn.variables },
  State: 'Active',
});

const textOfPayload = (payload: unknown): string => {
  if (payload === undefined || payload === null || payload === '') return '{}';
  if (typeof payload === 'string') return payload;
  if (payload instanceof Uint8Array) return Buffer.from(payload).toString();
  return JSON.stringify(payload);
};

/** Lambda gives the last 4 KB of the log with an answer. */
const TAIL_BYTES = 4096;
const tailOf = (lines: readonly string[]): string =>
  Buffer.from(lines.join('\n')).subarray(-TAIL_BYTES).toString('base64');

/** An event source mapping as the API shows it. */
export interface MappingDescription {
  readonly id: string;
  readonly functionArn: string;
  readonly sourceArn: string;
  readonly batchSize: number;
  readonly enabled: boolean;
}

/** Lambda's API as the endpoint serves it. `Payload` is JSON text both ways. */
export const createLambdaService = (options: {
  readonly functions: Functions;
  readonly iam: Pick<Iam, 'authorize'>;
  readonly lambda: Lambda;
  readonly mappings: () => readonly MappingDescription[];
}): AwsService => {
  const { functions, iam, lambda } = options;
  return {
    signingName: 'lambda',
    async call(operation, input, principal) {
      switch (operation) {
        case 'Invoke': {
          const { Payload, ...others } = input;
          const known = ['FunctionName', 'Qualifier', 'InvocationType', 'LogType', 'ClientContext'];
          const read = operationInput('lambda:Invoke', others, known);
          const type = read.optionalText('InvocationType') ?? 'RequestResponse';
          if (type !== 'RequestResponse' && type !== 'Event')
            throw notImplemented(`the InvocationType ${type} of lambda:Invoke`);
          const tail: string[] | undefined = read.optionalText('LogType') === 'Tail' ? [] : undefined;
          if (read.optionalText('ClientContext') !== undefined)
            throw notImplemented('the ClientContext of lambda:Invoke');
          const name = read.text('FunctionName');
          const qualifier = read.optionalText('Qualifier');
          const functionArn = qualifier === undefined ? name : `${name}:${qualifier}`;
          const result = await lambda.invoke({ functionArn, payload: textOfPayload(Payload), principal, type, tail });
          if (type === 'Event') return { StatusCode: 202, Payload: '' };
          return {
            StatusCode: 200,
            Payload: result.payload,
            ExecutedVersion: '$LATEST',
            ...(tail === undefined ? {} : { LogResult: tailOf(tail) }),
            ...(result.functionError === undefined ? {} : { FunctionError: result.functionError }),
          };
        }
        case 'GetFunction': {
          const read = operationInput('lambda:GetFunction', input, ['FunctionName', 'Qualifier']);
          const qualifier = read.optionalText('Qualifier');
          const name = read.text('FunctionName');
          const { fn, qualifiedArn } = functions.find(qualifier === undefined ? name : `${name}:${qualifier}`);
          iam.authorize({ principal, action: 'lambda:GetFunction', resource: qualifiedArn });
          return {
            Configuration: configurationOf(fn),
            Code: { RepositoryType: 'S3' },
            ...(fn.reservedConcurrency === undefined
              ? {}
              : { Concurrency: { ReservedConcurrentExecutions: fn.reservedConcurrency } }),
          };
        }
        case 'GetFunctionConfiguration': {
          const read = operationInput('lambda:GetFunctionConfiguration', input, ['FunctionName', 'Qualifier']);
          const qualifier = read.optionalText('Qualifier');
          const name = read.text('FunctionName');
          const { fn, qualifiedArn } = functions.find(qualifier === undefined ? name : `${name}:${qualifier}`);
          iam.authorize({ principal, action: 'lambda:GetFunctionConfiguration', resource: qualifiedArn });
          return configurationOf(fn);
        }
        case 'ListEventSourceMappings': {
          const read = operationInput('lambda:ListEventSourceMappings', input, ['FunctionName']);
          iam.authorize({ principal, action: 'lambda:ListEventSourceMappings', resource: '*' });
          const name = read.optionalText('FunctionName');
          const arn = name === undefined ? undefined : functions.find(name).fn.arn;
          return {
            EventSourceMappings: options
              .mappings()
              .filter((mapping) => arn === undefined || mapping.functionArn === arn)
              .map((mapping) => ({
                UUID: mapping.id,
                FunctionArn: mapping.functionArn,
                EventSourceArn: mapping.sourceArn,
                BatchSize: mapping.batchSize,
                State: mapping.enabled ? 'Enabled' : 'Disabled',
              })),
          };
        }
        case 'ListFunctions': {
          const read = operationInput('lambda:ListFunctions', input, ['MaxItems', 'Marker']);
          iam.authorize({ principal, action: 'lambda:ListFunctions', resource: '*' });
          const from = Number(read.optionalText('Marker') ?? 0);
          if (!Number.isSafeInteger(from)) throw new AwsError('InvalidParameterValueException', 'Invalid Marker');
          const all = functions.list();
          const until = from + Math.min(read.optionalNumber('MaxItems') ?? 50, 50);
          return {
            Functions: all.slice(from, until).map(configurationOf),
            ...(until < all.length ? { NextMarker: String(until) } : {}),
          };
        }
        default:
          throw notImplemented(`lambda:${operation}`);
      }
    },
  };
};
