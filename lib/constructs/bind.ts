import type { CallContract } from '../runtime/call.ts';
import { busName, parameterName, planParameter, secretPrefix } from '../names.ts';
import { apiGatewayArn, busArn, callArn, parameterArn, secretsArn, stateMachineArn } from './arns.ts';
import type { DomainStack } from './domain-stack.ts';

/** One permission, as narrow as IAM can say it. */
export interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Of what happens to items: whose items they are. Behind the second wall of tenancy the role depends on it. */
  readonly items?: 'tenant' | 'system';
}

/** An environment variable's value together with exactly the permissions that its use needs. */
export interface Bound {
  readonly value: string;
  readonly grants: readonly Grant[];
}

/** What an environment variable is bound to; it is worked out in the stack of the function that gets it. */
export type Binding = (stack: DomainStack) => Bound;

/** A table, as `ServiceTable` offers it. */
export interface TableRef {
  readonly tableName: string;
  readonly tableArn: string;
}

type IndexQuery = `query:${string}`;
export type ReadOperation = 'get' | 'batchGet' | 'query' | 'describe' | IndexQuery;
export type WriteOperation = ReadOperation | 'put' | 'update' | 'delete' | 'check';

const TABLE_ACTIONS: Readonly<Record<Exclude<WriteOperation, IndexQuery>, string>> = {
  get: 'dynamodb:GetItem',
  batchGet: 'dynamodb:BatchGetItem',
  query: 'dynamodb:Query',
  describe: 'dynamodb:DescribeTable',
  put: 'dynamodb:PutItem',
  update: 'dynamodb:UpdateItem',
  delete: 'dynamodb:DeleteItem',
  check: 'dynamodb:ConditionCheckItem',
};

const isIndexQuery = (operation: WriteOperation): operation is IndexQuery => operation.startsWith('query:');

const tableBinding =
  (table: TableRef, items: 'tenant' | 'system', operations: readonly WriteOperation[]): Binding =>
  () => {
    const actionsOf = (wanted: (operation: WriteOperation) => boolean) =>
      operations.flatMap((operation) =>
        isIndexQuery(operation) || !wanted(operation) ? [] : [TABLE_ACTIONS[operation]],
      );
    const actions = actionsOf((operation) => operation !== 'describe');
    const aboutTable = actionsOf((operation) => operation === 'describe');
    const indexes = operations.filter(isIndexQuery).map((operation) => operation.slice('query:'.length));
    const resources = indexes.map((index) => `${table.tableArn}/index/${index}`);
    return {
      value: table.tableName,
      grants: [
        ...(aboutTable.length === 0 ? [] : [{ actions: aboutTable, resources: [table.tableArn] }]),
        ...(actions.length === 0 ? [] : [{ actions, resources: [table.tableArn], items }]),
        ...(indexes.length === 0 ? [] : [{ actions: ['dynamodb:Query'], resources, items }]),
      ],
    };
  };

/** A table's name, with leave for these reads: `reads(table, 'get', 'query:gsi1')`. An index is granted by its name. */
export const reads = (table: TableRef, ...operations: readonly [ReadOperation, ...ReadOperation[]]): Binding =>
  tableBinding(table, 'tenant', operations);

/** The same with writes. A transaction needs the operations that it is made of. */
export const writes = (table: TableRef, ...operations: readonly [WriteOperation, ...WriteOperation[]]): Binding =>
  tableBinding(table, 'tenant', operations);

/**
 * The same for the system's own items (`systemDb`, keys that begin `s#`), with `allOf()` beside what is done to a tenant's.
 * No request of a function names items of both.
 */
export const systemItems = (table: TableRef, ...operations: readonly [WriteOperation, ...WriteOperation[]]): Binding =>
  tableBinding(table, 'system', operations);

/**
 * The circuits of the dependencies that a function calls (`sharedBreaker`), in the table of its domain: for `allOf()`.
 */
export const circuits = (table: TableRef): Binding => systemItems(table, 'update');

const on =
  (value: (stack: DomainStack) => string, grants: (stack: DomainStack) => readonly Grant[]): Binding =>
  (stack) => ({ value: value(stack), grants: grants(stack) });

/** The ARN under which a call's function is invoked. */
export const invokes = (call: Pick<CallContract, 'domain' | 'name'>): Binding => {
  const target = (stack: DomainStack) => callArn(stack.stage.stage, call);
  return on(target, (stack) => [{ actions: ['lambda:InvokeFunction'], resources: [target(stack)] }]);
};

/** The name of the platform's event bus. */
export const publishes = (): Binding =>
  on(
    (stack) => busName(stack.stage.stage),
    (stack) => [{ actions: ['events:PutEvents'], resources: [busArn(stack.stage.stage)] }],
  );

/** A queue's URL. */
export const sends = (queue: { readonly queueUrl: string; readonly queueArn: string }): Binding =>
  on(
    () => queue.queueUrl,
    () => [{ actions: ['sqs:SendMessage'], resources: [queue.queueArn] }],
  );

/** A workflow of this or another domain, by its derived name. */
export interface MachineRef {
  readonly domain: string;
  readonly name: string;
}
export const machineRef = (domain: string, name: string): MachineRef => ({ domain, name });

const machineBinding = (machine: MachineRef, action: string): Binding => {
  const target = (stack: DomainStack) => stateMachineArn(stack.stage.stage, machine.domain, machine.name);
  return on(target, (stack) => [{ actions: [action], resources: [target(stack)] }]);
};

/** The ARN of an Express workflow that is run to its end. */
export const startsSync = (machine: MachineRef): Binding => machineBinding(machine, 'states:StartSyncExecution');

/** The ARN of a Standard workflow. */
export const starts = (machine: MachineRef): Binding => machineBinding(machine, 'states:StartExecution');

/** A secret's ARN. */
export const readsSecret = (secret: { readonly secretArn: string }): Binding =>
  on(
    () => secret.secretArn,
    () => [{ actions: ['secretsmanager:GetSecretValue'], resources: [secret.secretArn] }],
  );

export const rotatesSecret = (secret: { readonly secretArn: string }): Binding =>
  on(
    () => secret.secretArn,
    () => [
      { actions: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'], resources: [secret.secretArn] },
    ],
  );

const secretsBelow =
  (...operations: readonly string[]): Binding =>
  (stack) => {
    const prefix = secretPrefix(stack.stage.stage, stack.domain);
    return {
      value: prefix,
      grants: [
        {
          actions: operations.map((operation) => `secretsmanager:${operation}`),
          resources: [secretsArn(prefix)],
        },
      ],
    };
  };

/**
 * The beginning of the names of the secrets of the domain (`cartwright/<stage>/storage/`), which operators or its own functions
 * make, with leave to read every one. Secrets Manager adds six characters to a name, so the right ends in a wildcard.
 */
export const readsSecrets = (): Binding => secretsBelow('GetSecretValue');
export const makesSecrets = (): Binding => secretsBelow('CreateSecret', 'PutSecretValue');

/** A bucket as a stack finds it: its own, or the platform's (`systemBucket`). */
export type BucketRef = (stack: DomainStack) => { readonly bucketName: string; readonly bucketArn: string };

const objectBinding = (bucket: BucketRef, prefix: string, action: string): Binding =>
  on(
    (stack) => bucket(stack).bucketName,
    (stack) => [{ actions: [action], resources: [`${bucket(stack).bucketArn}/${prefix}*`] }],
  );

/** A bucket's name, with leave to write below a prefix. Presigned URLs carry the function's own rights. */
export const putsObjects = (bucket: BucketRef, prefix: string): Binding =>
  objectBinding(bucket, prefix, 's3:PutObject');

export const getsObjects = (bucket: BucketRef, prefix: string): Binding =>
  objectBinding(bucket, prefix, 's3:GetObject');

/** The full name of an SSM parameter of this stage: `readsParameter('/platform/system-bucket')`. */
export const readsParameter = (path: `/${string}`): Binding =>
  on(
    (stack) => parameterName(stack.stage.stage, path),
    (stack) => [{ actions: ['ssm:GetParameter'], resources: [parameterArn(stack.stage.stage, path)] }],
  );

/**
 * The common beginning of the names of the parameters that hold the usage plans' ids (append the tier), with leave to
 * read them, to make API keys and find them again, and to put keys into plans. API Gateway gives keys and plans ids of
 * its own, so the rights end in a wildcard.
 */
export const addsUsageKeys = (): Binding =>
  on(
    (stack) => parameterName(stack.stage.stage, planParameter('')),
    (stack) => [
      { actions: ['ssm:GetParameter'], resources: [parameterArn(stack.stage.stage, planParameter('*'))] },
      { actions: ['apigateway:POST'], resources: [apiGatewayArn('/apikeys'), apiGatewayArn('/usageplans/*/keys')] },
      { actions: ['apigateway:GET'], resources: [apiGatewayArn('/apikeys')] },
    ],
  );

/** The same, with leave to take keys out of plans as well. */
export const movesUsageKeys = (): Binding =>
  allOf(
    addsUsageKeys(),
    on(
      (stack) => parameterName(stack.stage.stage, planParameter('')),
      () => [{ actions: ['apigateway:DELETE'], resources: [apiGatewayArn('/usageplans/*/keys/*')] }],
    ),
  );

/** The path of API keys in API Gateway's own API, with leave to find and to end them. */
export const removesUsageKeys = (): Binding =>
  on(
    () => '/apikeys',
    () => [
      { actions: ['apigateway:GET'], resources: [apiGatewayArn('/apikeys')] },
      { actions: ['apigateway:DELETE'], resources: [apiGatewayArn('/apikeys/*')] },
    ],
  );

/** A plain value that needs no permission. Never a secret. */
export const setting =
  (value: string): Binding =>
  () => ({ value, grants: [] });

/** The same value with the permissions of all: for a table that is read by index here and written there. */
export const allOf =
  (first: Binding, ...others: readonly Binding[]): Binding =>
  (stack) => {
    const bound = [first, ...others].map((binding) => binding(stack));
    const [{ value } = { value: '' }] = bound;
    if (bound.some((other) => other.value !== value))
      throw new Error('allOf() needs bindings of one and the same value');
    return { value, grants: bound.flatMap(({ grants }) => grants) };
  };

/** What every key of an environment must be bound to: no key more, no key less. */
export type BindingsOf<Shape> = { readonly [Key in keyof Shape]-?: Binding };
