import { AwsError } from '../aws-error.ts';
import type { Account, Iam, Lambda, Principal, Queues, StateMachines } from '../contracts.ts';
import { isObject, parseJson, type JsonObject } from '../json.ts';
import type { IntegrationName, TaskState } from './machine.ts';
import { runtimeError, StateError } from './state-error.ts';

/** On whose behalf tasks are done. */
interface TaskCaller {
  /** The state machine's role. */
  readonly principal: Principal;
  readonly traceId: string | undefined;
}

/** AWS allows this many bytes of JSON between states. */
export const largestPayload = 262_144;

type ServicePrefix = 'Lambda' | 'StepFunctions' | 'SQS';

/** What Step Functions calls a refusal for a missing grant (and other errors that its SDK has no class for). */
const generalErrors: Readonly<Record<ServicePrefix, string>> = {
  Lambda: 'Lambda.AWSLambdaException',
  StepFunctions: 'StepFunctions.AWSStepFunctionsException',
  SQS: 'SQS.AmazonSQSException',
};

const serviceError = (prefix: ServicePrefix, error: unknown): unknown => {
  if (!(error instanceof AwsError)) return error;
  if (error.code.startsWith('AccessDenied')) return new StateError(generalErrors[prefix], error.message);
  const name = error.code.split('.').pop() ?? error.code;
  return new StateError(`${prefix}.${name.endsWith('Exception') ? name : `${name}Exception`}`, error.message);
};

const checkSize = (text: string, what: string): string => {
  if (text.length * 3 > largestPayload && Buffer.byteLength(text) > largestPayload) {
    throw new StateError('States.DataLimitExceeded', `${what} is larger than ${largestPayload} bytes`);
  }
  return text;
};

/** The parameters of an integration; any that is not implemented is refused by name. */
const parametersOf = (name: IntegrationName, value: unknown, known: readonly string[]): JsonObject => {
  if (!isObject(value)) throw runtimeError(`the Parameters of ${name} must be an object`);
  const other = Object.keys(value).find((key) => !known.includes(key));
  if (other !== undefined) throw runtimeError(`the parameter ${other} of ${name} is not implemented`);
  return value;
};

const requiredText = (name: IntegrationName, parameters: JsonObject, key: string): string => {
  const value = parameters[key];
  if (typeof value !== 'string' || value === '') throw runtimeError(`the parameter ${key} of ${name} must be a string`);
  return value;
};

const jsonText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Does the tasks of state machines: Lambda functions and the implemented integrations. */
export const createTasks = (deps: {
  readonly account: Account;
  readonly iam: Iam;
  readonly lambda: Lambda;
  readonly queues: Queues;
  readonly stateMachines: StateMachines;
}) => {
  const { account, iam, lambda, queues, stateMachines } = deps;

  const invoke = async (
    functionArn: string,
    payload: unknown,
    type: 'RequestResponse' | 'Event',
    caller: TaskCaller,
  ) => {
    const request = {
      functionArn,
      payload: checkSize(JSON.stringify(payload), 'The input of the task'),
      principal: caller.principal,
      type,
      traceId: caller.traceId,
    };
    const result = await lambda.invoke(request).catch((error: unknown) => {
      throw serviceError('Lambda', error);
    });
    checkSize(result.payload, 'The output of the task');
    if (result.functionError === undefined) return result.payload === '' ? null : parseJson(result.payload);
    const failure = parseJson(result.payload);
    const name =
      isObject(failure) && typeof failure['errorType'] === 'string' ? failure['errorType'] : 'Lambda.Unknown';
    throw new StateError(name, result.payload);
  };

  const integrations: Readonly<Record<IntegrationName, (input: unknown, caller: TaskCaller) => Promise<unknown>>> = {
    'lambda:invoke': async (input, caller) => {
      const known = ['FunctionName', 'Payload', 'InvocationType', 'Qualifier'];
      const parameters = parametersOf('lambda:invoke', input, known);
      const name = requiredText('lambda:invoke', parameters, 'FunctionName');
      const { Qualifier: qualifier, InvocationType: type = 'RequestResponse' } = parameters;
      if (type !== 'RequestResponse' && type !== 'Event')
        throw runtimeError(`InvocationType ${String(type)} is not implemented`);
      const functionArn = typeof qualifier === 'string' ? `${name}:${qualifier}` : name;
      const payload = await invoke(functionArn, parameters['Payload'] ?? {}, type, caller);
      if (type === 'Event') return { StatusCode: 202 };
      return { ExecutedVersion: '$LATEST', Payload: payload, StatusCode: 200 };
    },
    'states:startExecution': async (input, caller) => {
      const parameters = parametersOf('states:startExecution', input, ['StateMachineArn', 'Input', 'Name']);
      const { Name: name, Input: executionInput = {} } = parameters;
      const started = await stateMachines
        .start({
          stateMachineArn: requiredText('states:startExecution', parameters, 'StateMachineArn'),
          ...(typeof name === 'string' ? { name } : {}),
          input: jsonText(executionInput),
          principal: caller.principal,
        })
        .catch((error: unknown) => {
          throw serviceError('StepFunctions', error);
        });
      return { ExecutionArn: started.executionArn };
    },
    'sqs:sendMessage': async (input, caller) => {
      const parameters = parametersOf('sqs:sendMessage', input, ['QueueUrl', 'MessageBody', 'DelaySeconds']);
      const url = requiredText('sqs:sendMessage', parameters, 'QueueUrl');
      const arn = `arn:${account.partition}:sqs:${account.region}:${account.accountId}:${url.split('/').pop() ?? ''}`;
      const { DelaySeconds: delaySeconds, MessageBody: body } = parameters;
      const message = {
        body: checkSize(jsonText(body ?? ''), 'The message'),
        ...(typeof delaySeconds === 'number' ? { delaySeconds } : {}),
      };
      try {
        iam.authorize({ principal: caller.principal, action: 'sqs:SendMessage', resource: arn });
        await queues.send(arn, [message]);
      } catch (error) {
        throw serviceError('SQS', error);
      }
      return {};
    },
  };

  /** Does one task with its effective input. Rejects with StateError for everything that an execution may catch. */
  return (task: TaskState, effective: unknown, caller: TaskCaller): Promise<unknown> =>
    task.target.kind === 'function'
      ? invoke(task.target.functionArn, effective, 'RequestResponse', caller)
      : integrations[task.target.name](effective, caller);
};

export type PerformTask = ReturnType<typeof createTasks>;
