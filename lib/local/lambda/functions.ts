import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import type { Account, Iam, Provisioner } from '../contracts.ts';
import { domainOf } from '../log.ts';
import { physicalName } from '../physical-name.ts';
import { readProperties } from '../read-properties.ts';
import type { Assembly } from '../template/assembly.ts';

/** A function as its template declares it. */
export interface LambdaFunction {
  readonly name: string;
  /** Without a qualifier. */
  readonly arn: string;
  readonly domain: string | undefined;
  readonly roleArn: string;
  /** The bundle's file. */
  readonly file: string;
  /** `handler` of `index.handler`. */
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly reservedConcurrency: number | undefined;
  /** Queue for asynchronous events that failed for good. */
  readonly deadLetterArn: string | undefined;
  readonly runtime: string;
  /** Name of the log group that it writes to. */
  readonly logGroup: string;
  readonly codeKey: string;
}

/** How Lambda retries an asynchronous invocation, and where it gives up to. */
export interface AsyncSettings {
  readonly retries: number;
  readonly onFailureArn: string | undefined;
}

export interface Functions {
  readonly provisioners: readonly Provisioner[];
  list(): readonly LambdaFunction[];
  /**
   * A function by name or ARN, with its qualifier checked.
   * @throws AwsError ResourceNotFoundException
   */
  find(nameOrArn: string): { readonly fn: LambdaFunction; readonly qualifiedArn: string };
  asyncSettings(fn: LambdaFunction): AsyncSettings;
}

const numeric = z.coerce.number();

/**
 * Lambda's own lines are not made here, so their level and form change nothing; a level at which Lambda would leave out what a
 * function prints is not implemented.
 */
const LoggingConfig = z.strictObject({
  LogGroup: z.string(),
  LogFormat: z.enum(['Text', 'JSON']).optional(),
  SystemLogLevel: z.enum(['DEBUG', 'INFO', 'WARN']).optional(),
  ApplicationLogLevel: z.literal('TRACE').optional(),
});

const FunctionProperties = z.strictObject({
  FunctionName: z.string().max(64).optional(),
  Runtime: z.literal('nodejs24.x'),
  Handler: z.string().regex(/^[\w-]+\.\w+$/),
  Role: z.string(),
  Code: z.strictObject({ S3Bucket: z.string(), S3Key: z.string() }),
  MemorySize: numeric.min(128).max(10_240).default(128),
  Timeout: numeric.min(1).max(900).default(3),
  Environment: z.strictObject({ Variables: z.record(z.string(), z.string()).default({}) }).optional(),
  ReservedConcurrentExecutions: numeric.optional(),
  LoggingConfig: LoggingConfig.optional(),
  DeadLetterConfig: z.strictObject({ TargetArn: z.string() }).optional(),
  PackageType: z.literal('Zip').optional(),
  EphemeralStorage: z.strictObject({ Size: z.literal(512) }).optional(),
});

const VersionProperties = z.strictObject({ FunctionName: z.string(), CodeSha256: z.string().optional() });

const AliasProperties = z.strictObject({ FunctionName: z.string(), FunctionVersion: z.string(), Name: z.string() });

const PermissionProperties = z.strictObject({
  FunctionName: z.string(),
  Action: z.string(),
  Principal: z.string(),
  SourceArn: z.string().optional(),
  SourceAccount: z.string().optional(),
});

const InvokeConfigProperties = z.strictObject({
  FunctionName: z.string(),
  Qualifier: z.string(),
  MaximumRetryAttempts: numeric.min(0).max(2).optional(),
  DestinationConfig: z.strictObject({ OnFailure: z.strictObject({ Destination: z.string() }).optional() }).optional(),
});

/** Splits `name`, `name:qualifier`, `arn:...:function:name` and `arn:...:function:name:qualifier`. */
const splitReference = (nameOrArn: string): readonly [name: string, qualifier: string | undefined] => {
  const [, tail = nameOrArn] = nameOrArn.split(':function:');
  const [name = '', qualifier] = tail.split(':');
  return [name, qualifier];
};

const bundleFile = (directory: string, handler: string): string | undefined =>
  ['mjs', 'js', 'cjs'].map((extension) => join(directory, `${handler.split('.')[0]}.${extension}`)).find(existsSync);

/** The functions of the templates, with their versions, aliases, permissions and settings. */
export const createFunctions = (options: {
  readonly account: Account;
  readonly iam: Pick<Iam, 'addResourcePolicy'>;
  readonly assembly: Pick<Assembly, 'assetPath'>;
}): Functions => {
  const { account, iam, assembly } = options;
  const functions = new Map<string, LambdaFunction>();
  const qualifiers = new Map<string, Set<string>>();
  const asyncSettings = new Map<string, AsyncSettings>();
  const found = new Map<string, { readonly fn: LambdaFunction; readonly qualifiedArn: string }>();

  const find: Functions['find'] = (nameOrArn) => {
    const known = found.get(nameOrArn);
    if (known !== undefined) return known;
    const [name, qualifier] = splitReference(nameOrArn);
    const fn = functions.get(name);
    const exists = qualifier === undefined || qualifier === '$LATEST' || qualifiers.get(name)?.has(qualifier) === true;
    if (fn === undefined || !exists) {
      const arn = `arn:${account.partition}:lambda:${account.region}:${account.accountId}:function:${name}`;
      const missing = qualifier === undefined ? arn : `${arn}:${qualifier}`;
      throw new AwsError('ResourceNotFoundException', `Function not found: ${missing}`, 404, { Type: 'User' });
    }
    const answer = { fn, qualifiedArn: qualifier === undefined ? fn.arn : `${fn.arn}:${qualifier}` };
    found.set(nameOrArn, answer);
    return answer;
  };

  const addQualifier = (reference: string, qualifier: string): string => {
    const { fn } = find(reference);
    const known = qualifiers.get(fn.name) ?? new Set<string>();
    qualifiers.set(fn.name, known.add(qualifier));
    return `${fn.arn}:${qualifier}`;
  };

  const provisionFunction: Provisioner = {
    types: ['AWS::Lambda::Function'],
    async provision(resource) {
      const properties = readProperties(resource, FunctionProperties);
      const name = properties.FunctionName ?? physicalName(resource, 64);
      const directory = assembly.assetPath(properties.Code.S3Key);
      const file = directory === undefined ? undefined : bundleFile(directory, properties.Handler);
      if (file === undefined) {
        throw new Error(`${resource.path}.Properties.Code: the assembly has no ${properties.Handler} in its asset`);
      }
      const arn = `arn:${account.partition}:lambda:${account.region}:${account.accountId}:function:${name}`;
      functions.set(name, {
        name,
        arn,
        domain: domainOf(name),
        roleArn: properties.Role,
        file,
        handler: properties.Handler.split('.')[1] ?? 'handler',
        memoryMb: properties.MemorySize,
        timeoutMs: properties.Timeout * 1000,
        variables: properties.Environment?.Variables ?? {},
        reservedConcurrency: properties.ReservedConcurrentExecutions,
        deadLetterArn: properties.DeadLetterConfig?.TargetArn,
        runtime: properties.Runtime,
        logGroup: properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
        codeKey: properties.Code.S3Key,
      });
      found.clear();
      return { ref: name, attributes: { Arn: arn } };
    },
  };

  const provisionVersion: Provisioner = {
    types: ['AWS::Lambda::Version'],
    async provision(resource) {
      const { FunctionName } = readProperties(resource, VersionProperties);
      const arn = addQualifier(FunctionName, '1');
      return { ref: arn, attributes: { Version: '1', FunctionArn: arn } };
    },
  };

  const provisionAlias: Provisioner = {
    types: ['AWS::Lambda::Alias'],
    async provision(resource) {
      const { FunctionName, Name } = readProperties(resource, AliasProperties);
      const arn = addQualifier(FunctionName, Name);
      return { ref: arn, attributes: { AliasArn: arn } };
    },
  };

  const provisionPermission: Provisioner = {
    types: ['AWS::Lambda::Permission'],
    async provision(resource) {
      const properties = readProperties(resource, PermissionProperties);
      const { qualifiedArn } = find(properties.FunctionName);
      const isService = properties.Principal.endsWith('.amazonaws.com');
      const conditions = {
        ...(properties.SourceArn === undefined ? {} : { ArnLike: { 'aws:SourceArn': properties.SourceArn } }),
        ...(properties.SourceAccount === undefined
          ? {}
          : { StringEquals: { 'aws:SourceAccount': properties.SourceAccount } }),
      };
      iam.addResourcePolicy(qualifiedArn, {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: isService ? { Service: properties.Principal } : { AWS: properties.Principal },
            Action: properties.Action,
            Resource: qualifiedArn,
            ...(Object.keys(conditions).length === 0 ? {} : { Condition: conditions }),
          },
        ],
      });
      return { ref: physicalName(resource, 100), attributes: {} };
    },
  };

  const provisionInvokeConfig: Provisioner = {
    types: ['AWS::Lambda::EventInvokeConfig'],
    async provision(resource) {
      const properties = readProperties(resource, InvokeConfigProperties);
      const { fn } = find(properties.FunctionName);
      asyncSettings.set(fn.name, {
        retries: properties.MaximumRetryAttempts ?? 2,
        onFailureArn: properties.DestinationConfig?.OnFailure?.Destination,
      });
      return { ref: physicalName(resource, 100), attributes: {} };
    },
  };

  return {
    provisioners: [provisionFunction, provisionVersion, provisionAlias, provisionPermission, provisionInvokeConfig],
    list: () => [...functions.values()],
    find,
    asyncSettings: (fn) => asyncSettings.get(fn.name) ?? { retries: 2, onFailureArn: undefined },
  };
};
