import { AwsError } from '../../lib/local/aws-error.ts';
import type {
  Account,
  AuthorizationRequest,
  Iam,
  InvokeRequest,
  InvokeResult,
  Lambda,
  LogEntry,
  Principal,
  QueueMessage,
  Queues,
  StateMachines,
  TemplateResource,
} from '../../lib/local/contracts.ts';

export const account: Account = { accountId: '111111111111', region: 'eu-central-1', partition: 'aws' };

export const root: Principal = { kind: 'root', arn: 'arn:aws:iam::111111111111:root' };

export const role = (name: string): string => `arn:aws:iam::111111111111:role/${name}`;

export const functionArn = (name: string): string => `arn:aws:lambda:eu-central-1:111111111111:function:${name}:live`;

/** IAM that allows all but what `denies` says, and remembers what it was asked. */
export const createFakeIam = (denies: (request: AuthorizationRequest) => boolean = () => false) => {
  const asked: AuthorizationRequest[] = [];
  const assumed: { roleArn: string; service: string }[] = [];
  const iam: Iam = {
    authorize: (request) => {
      asked.push(request);
      if (!denies(request)) return;
      throw new AwsError(
        'AccessDeniedException',
        `${request.principal.arn} may not ${request.action} ${request.resource}`,
        403,
      );
    },
    assume: (roleArn, service) => {
      assumed.push({ roleArn, service });
      return { kind: 'role', arn: roleArn };
    },
    addResourcePolicy: () => undefined,
    credentialsFor: () => ({ accessKeyId: 'AKIA', secretAccessKey: 'secret', sessionToken: 'token' }),
    principalOf: () => undefined,
  };
  return { iam, asked, assumed };
};

export type Handler = (event: unknown, request: InvokeRequest) => unknown;

/** An error that a handler throws with a name of its own. */
export class HandlerError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** Functions by name. A handler's answer is its result, what it throws an unhandled error; AwsErrors reject the call. */
export const createFakeLambda = (handlers: Record<string, Handler>) => {
  const calls: { name: string; event: unknown; request: InvokeRequest }[] = [];
  const invoke = async (request: InvokeRequest): Promise<InvokeResult> => {
    const name = request.functionArn.replace(/^.*:function:/, '').replace(/:live$/, '');
    const handler = handlers[name];
    if (handler === undefined) throw new AwsError('ResourceNotFoundException', `Function not found: ${name}`, 404);
    const event: unknown = JSON.parse(request.payload);
    calls.push({ name, event, request });
    try {
      return { payload: JSON.stringify((await handler(event, request)) ?? null) };
    } catch (error) {
      if (error instanceof AwsError || !(error instanceof Error)) throw error;
      return {
        payload: JSON.stringify({ errorType: error.name, errorMessage: error.message, trace: [] }),
        functionError: 'Unhandled',
      };
    }
  };
  const lambda: Lambda = { invoke };
  return { lambda, calls, handlers };
};

/** Queues that keep what they were sent. */
export const createFakeQueues = (refuse: (queueArn: string) => Error | undefined = () => undefined) => {
  const sent: { queueArn: string; message: QueueMessage }[] = [];
  const queues: Queues = {
    send: async (queueArn, messages) => {
      const refusal = refuse(queueArn);
      if (refusal !== undefined) throw refusal;
      for (const message of messages) sent.push({ queueArn, message });
    },
  };
  return { queues, sent };
};

export const createFakeStateMachines = () => {
  const started: Parameters<StateMachines['start']>[0][] = [];
  const stateMachines: StateMachines = {
    start: async (request) => {
      started.push(request);
      return { executionArn: `${request.stateMachineArn.replace(':stateMachine:', ':execution:')}:1` };
    },
  };
  return { stateMachines, started };
};

/** A log that keeps its entries. */
export const createKeptLog = () => {
  const entries: LogEntry[] = [];
  return { log: { write: (entry: LogEntry) => void entries.push(entry) }, entries };
};

/** A resource of a template called `shop`. */
export const resource = (type: string, logicalId: string, properties: Record<string, unknown>): TemplateResource => ({
  stack: 'shop',
  logicalId,
  path: `shop/${logicalId}`,
  type,
  properties,
  metadata: {},
});
