/**
 * The ports between the parts of the local cloud. Each part is a factory in its own folder that takes the ports it
 * needs and returns the one it provides; `cloud.ts` is the only file that composes them.
 */

/** Who calls an AWS operation. `root` is the developer at the AWS CLI; it may do everything. */
export type Principal =
  | { readonly kind: 'root'; readonly arn: string }
  | {
      readonly kind: 'role';
      /** The role's, also for its sessions. */
      readonly arn: string;
      /** A session that was opened by `sts:AssumeRole`, with its tags. */
      readonly session?: { readonly name: string; readonly tags: Readonly<Record<string, string>> };
    }
  | { readonly kind: 'service'; readonly arn: string; readonly service: string; readonly sourceArn: string };

/** One statement to be decided. `context` holds IAM condition keys in lower case, e.g. `dynamodb:leadingkeys`. */
export interface AuthorizationRequest {
  readonly principal: Principal;
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  /** Asked to choose an answer: a caller who may not do this lacks nothing. */
  readonly optional?: true;
}

/** IAM: throws AwsError `AccessDeniedException` (with the statement to add in its message) when not allowed. */
export interface Iam {
  authorize(request: AuthorizationRequest): void;
  /** Checks iam:PassRole and the role's trust policy: may `service` assume `roleArn`? */
  assume(roleArn: string, service: string): Principal;
  /** Attaches a resource policy (Lambda permission, queue, bus or bucket policy) to a resource. */
  addResourcePolicy(resourceArn: string, policy: unknown): void;
  /** Session credentials for a role: stable per role and state directory. */
  credentialsFor(principal: Principal): { accessKeyId: string; secretAccessKey: string; sessionToken: string };
  /**
   * The principal, secret and token behind an access key id, or undefined. The token is empty for the developer.
   * @throws AwsError `ExpiredTokenException` for a session that is over
   */
  principalOf(accessKeyId: string): { principal: Principal; secretAccessKey: string; sessionToken: string } | undefined;
}

/** An AWS API as the endpoint sees it: parsed JSON in, JSON out. Wire protocols are the endpoint's business. */
export interface AwsService {
  /** The SigV4 signing name: dynamodb, lambda, sqs, states, events, s3, ssm, secretsmanager, apigateway, iam, sts, ... */
  readonly signingName: string;
  call(operation: string, input: Readonly<Record<string, unknown>>, principal: Principal): Promise<unknown>;
}

/** A resource of a template whose intrinsic functions are resolved already. */
export interface TemplateResource {
  readonly stack: string;
  readonly logicalId: string;
  /** `<stack>/<logicalId>`, for messages. */
  readonly path: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What `Ref` and `Fn::GetAtt` answer for a provisioned resource. */
export interface ProvisionedResource {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * A part's entry for the resource types it implements. Provisioning is idempotent: it runs at every start, on state
 * that earlier runs left. An unknown property that has an effect is an Error that names the path.
 */
export interface Provisioner {
  readonly types: readonly string[];
  provision(resource: TemplateResource): Promise<ProvisionedResource>;
}

/** The account of the local cloud. */
export interface Account {
  readonly accountId: string;
  readonly region: string;
  readonly partition: 'aws';
}

/**
 * The local cloud's own durable state (queues, executions, parameters, positions): one SQLite file.
 * `commit` groups all work of one event-loop turn into one transaction with one fsync; its promise settles when the
 * work is on disk. A function that throws is undone alone. Functions must be synchronous.
 */
export interface State {
  readonly database: import('node:sqlite').DatabaseSync;
  commit<T>(work: () => T): Promise<T>;
}

export interface InvokeRequest {
  /** Function name or ARN, with or without `:live`. */
  readonly functionArn: string;
  /** JSON text. */
  readonly payload: string;
  readonly principal: Principal;
  /** `Event` is durable: it is on disk when the promise settles, and retried twice before it goes to a DLQ. */
  readonly type: 'RequestResponse' | 'Event';
  /** Trace id to show in the live log; parts pass on what they got. */
  readonly traceId?: string | undefined;
  /** Gets the lines that the function prints meanwhile, of `RequestResponse`. */
  readonly tail?: string[] | undefined;
}

export interface InvokeResult {
  /** JSON text; for an error Lambda's `{errorType, errorMessage, trace}`. */
  readonly payload: string;
  readonly functionError?: 'Unhandled' | undefined;
}

export interface Lambda {
  /** Rejects with AwsError (ResourceNotFoundException, AccessDeniedException, TooManyRequestsException); a throwing handler is a result. */
  invoke(request: InvokeRequest): Promise<InvokeResult>;
}

export interface QueueMessage {
  readonly body: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly delaySeconds?: number;
}

export interface Queues {
  /** Durable when the promise settles. The caller checks permissions. */
  send(queueArn: string, messages: readonly QueueMessage[]): Promise<void>;
}

export interface StateMachines {
  /** Durable when the promise settles (Standard); Express is started at once. */
  start(request: {
    stateMachineArn: string;
    name?: string;
    input: string;
    principal: Principal;
  }): Promise<{ executionArn: string }>;
}

/** One record of a table's stream, in the shape that Lambda gets it (DynamoDB JSON). */
export interface StreamRecord {
  readonly sequence: number;
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly keys: Readonly<Record<string, unknown>>;
  readonly oldImage?: Readonly<Record<string, unknown>> | undefined;
  readonly newImage?: Readonly<Record<string, unknown>> | undefined;
  /** The same as JSON text, for readers that only pass it on. */
  readonly text?: {
    readonly keys: string;
    readonly oldImage?: string | undefined;
    readonly newImage?: string | undefined;
  };
  /** True when the record is the work of TTL. */
  readonly expired?: boolean | undefined;
}

/** Table streams: a position is the last sequence that a reader has finished with. */
export interface Streams {
  /** Records after `position`, oldest first. */
  read(tableName: string, position: number, limit: number): readonly StreamRecord[];
  /** Called (without arguments of interest) soon after a write to the table; the reader must also read once at start. */
  onWrite(tableName: string, listener: () => void): () => void;
  /** Deletes records up to a position that every reader has passed. */
  trim(tableName: string, position: number): void;
  /** The newest sequence, for readers that begin at LATEST. */
  latest(tableName: string): number;
}

/** Counts what AWS would bill, for the budget tests and the bench. */
export interface Meter {
  count(what: string, units?: number): void;
  read(): Readonly<Record<string, number>>;
  reset(): void;
}

/** The unkind side of AWS. In calm weather every roll is false and every delay 0; in rough weather both are seeded. */
export interface Weather {
  readonly rough: boolean;
  /** True with the given probability. */
  roll(chance: number): boolean;
  /** A number of milliseconds below `maximum`. */
  delay(maximum: number): number;
}

/** One line of the live log. */
export interface LogEntry {
  readonly source: 'api' | 'lambda' | 'queue' | 'bus' | 'workflow' | 'stream' | 'schedule' | 'cloud';
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** The domain that the function, queue or machine belongs to, from its derived name. */
  readonly domain?: string | undefined;
  readonly traceId?: string | undefined;
  readonly message: string;
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
}

export interface Log {
  write(entry: LogEntry): void;
}

/** Everything that runs ends by this; it resolves when nothing of the part is running any more. */
export interface Stoppable {
  stop(): Promise<void>;
}
