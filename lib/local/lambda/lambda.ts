import { AwsError } from '../aws-error.ts';
import type { Clock } from '../clock.ts';
import type {
  Account,
  AwsService,
  Iam,
  InvokeResult,
  Lambda,
  Meter,
  Principal,
  Provisioner,
  Queues,
  State,
  Stoppable,
  Weather,
} from '../contracts.ts';
import type { SelfTimes } from '../cpu-profile.ts';
import { isArray, isObject, parseJson } from '../json.ts';
import type { LiveLog } from '../log.ts';
import type { Assembly } from '../template/assembly.ts';
import { createAsyncInvocations } from './async-invocations.ts';
import type { EnvironmentHost } from './environment-host.ts';
import { bundleEnvironment, type WorkerHooks } from './environment-source.ts';
import { createEnvironments, LIMITS, type Concurrency } from './environments.ts';
import { MAX_ASYNC_EVENT_BYTES, MAX_EVENT_BYTES } from './failures.ts';
import { createFunctions, type LambdaFunction } from './functions.ts';
import { createLambdaService, type MappingDescription } from './lambda-service.ts';
import { writePrinted } from './printed-lines.ts';
import { createThreads } from './threads.ts';

export interface LocalLambda extends Lambda, Stoppable {
  readonly service: AwsService;
  readonly provisioners: readonly Provisioner[];
  /** Goes on with asynchronous invocations of an earlier run; called once, when everything is provisioned. */
  start(): void;
  /** @throws AwsError ResourceNotFoundException */
  functionOf(nameOrArn: string): LambdaFunction;
  /** An invocation by the Lambda service itself (event source mappings), which asks for no permission. */
  run(nameOrArn: string, payload: string): Promise<InvokeResult>;
  /** What the time of the environments that are alive went into, with the option `profile`. */
  profiles(): Promise<readonly SelfTimes[]>;
  /** Ends the environments of functions with these roles (by ARN), each with its last call: their permissions are old. */
  retire(roleArns: readonly string[]): void;
  /** Environments that are alive. */
  environments(): number;
}

/** In rough weather: the function has run, and its caller does not hear of it. */
const LOST_ANSWER_CHANCE = 0.01;

/** `errorType: errorMessage` and where it was thrown, of a failed invocation's answer. */
const failureText = (payload: string): string => {
  const failure = parseJson(payload);
  if (!isObject(failure)) return payload.slice(0, 500);
  const place = isArray(failure['trace']) ? failure['trace'].find((line) => String(line).trim().startsWith('at ')) : '';
  return `${String(failure['errorType'])}: ${String(failure['errorMessage'])} ${String(place ?? '').trim()}`.trim();
};

const LOG_STREAM = 'local';

/** Variables that Lambda sets for every function (its documentation lists them under "Defined runtime environment variables"). */
const runtimeVariables = (
  fn: LambdaFunction,
  account: Account,
  credentials: ReturnType<Iam['credentialsFor']>,
  endpoint: string,
): Record<string, string> => ({
  PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
  LANG: 'en_US.UTF-8',
  TZ: ':UTC',
  ...fn.variables,
  AWS_REGION: account.region,
  AWS_DEFAULT_REGION: account.region,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_SESSION_TOKEN: credentials.sessionToken,
  AWS_ENDPOINT_URL: endpoint,
  AWS_EXECUTION_ENV: `AWS_Lambda_${fn.runtime}`,
  AWS_LAMBDA_FUNCTION_NAME: fn.name,
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: fn.logGroup,
  AWS_LAMBDA_LOG_STREAM_NAME: LOG_STREAM,
  LAMBDA_TASK_ROOT: fn.file.replace(/\/[^/]*$/, ''),
  _HANDLER: `index.${fn.handler}`,
});

/**
 * Lambda: runs the bundles of the templates' functions in worker threads, each environment with its own variables,
 * module state and console.
 */
export const createLambda = async (options: {
  readonly account: Account;
  readonly iam: Iam;
  readonly state: State;
  readonly clock: Clock;
  readonly weather: Weather;
  readonly log: LiveLog;
  readonly meter: Meter;
  readonly assembly: Pick<Assembly, 'assetPath'>;
  readonly awsEndpoint: () => string;
  readonly queues: () => Pick<Queues, 'send'>;
  /** The event source mappings, for the API that lists them. */
  readonly mappings?: (() => readonly MappingDescription[]) | undefined;
  readonly concurrency: Concurrency;
  /** Variables that every function gets besides its own; they win. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  /** Settles when bundles that are being rebuilt are on disk; invocations wait for it. */
  readonly rebuilt?: (() => Promise<void> | undefined) | undefined;
  /** For the code of environments. */
  readonly workDir: string;
  readonly workerHooks?: WorkerHooks | undefined;
  readonly profile?: boolean | undefined;
}): Promise<LocalLambda> => {
  const { account, iam, clock, weather, log, meter } = options;
  const source = await bundleEnvironment(options.workDir, options.workerHooks);
  const functions = createFunctions({ account, iam, assembly: options.assembly });
  // In rough weather environments come and go, and only a thread's end frees what a bundle has taken.
  const shared = options.concurrency === 'many' && !weather.rough;
  const threads = createThreads({ source, shared, profile: options.profile === true, clock });

  /** Lambda writes a function's log by the function's role; without the permission its lines are lost, as on AWS. */
  const mayLog = (fn: LambdaFunction, principal: Principal): boolean => {
    const group = `arn:${account.partition}:logs:${account.region}:${account.accountId}:log-group:${fn.logGroup}`;
    try {
      for (const action of ['logs:CreateLogStream', 'logs:PutLogEvents'])
        iam.authorize({ principal, action, resource: `${group}:log-stream:${LOG_STREAM}` });
      return true;
    } catch (error) {
      if (error instanceof AwsError && error.code === 'AccessDeniedException') return false;
      throw error;
    }
  };

  /** Set when the cloud stops: what is cut off then is no failure. */
  let stopping = false;

  const start = (
    fn: LambdaFunction,
    on: { readonly gone: () => void; readonly answer: () => void },
  ): EnvironmentHost => {
    const role = iam.assume(fn.roleArn, 'lambda.amazonaws.com');
    const logged = mayLog(fn, role);
    const hook = options.workerHooks?.options({ functionArn: fn.arn, roleArn: fn.roleArn });
    return threads.host({
      data: {
        file: fn.file,
        handler: fn.handler,
        functionName: fn.name,
        functionVersion: '$LATEST',
        invokedFunctionArn: `${fn.arn}:live`,
        memoryMb: fn.memoryMb,
        timeoutMs: fn.timeoutMs,
        forwardLines: log.shows('error', fn.domain),
        sourceMaps: fn.variables['NODE_OPTIONS']?.includes('--enable-source-maps') === true,
        measured: options.concurrency === 'one',
        hook: hook?.options,
      },
      transfer: hook?.transfer ?? [],
      variables: {
        ...runtimeVariables(fn, account, iam.credentialsFor(role), options.awsEndpoint()),
        ...options.variables,
      },
      onPrinted(lines, bytes, events) {
        if (!logged) return;
        meter.count('lambda.logBytes', bytes);
        meter.count('lambda.logEvents', events);
        if (lines.length > 0) writePrinted(log, fn, lines);
      },
      onUsed(what, { cpuMicroseconds, requests }) {
        meter.count(`lambda.${what === 'init' ? 'initCpu' : 'cpu'}.${fn.name}`, cpuMicroseconds);
        if (what === 'init') meter.count(`lambda.inits.${fn.name}`);
        for (const request of requests) meter.count(`lambda.requests.${fn.name}.${request}`);
      },
      onGone: on.gone,
      onAnswer: on.answer,
    });
  };

  const environments = createEnvironments({
    limits: shared ? LIMITS.shared : LIMITS[options.concurrency],
    clock,
    weather,
    meter,
    start,
  });

  const runFunction = async (
    fn: LambdaFunction,
    payload: string,
    traceId: string | undefined,
    tail?: string[],
  ): Promise<InvokeResult> => {
    meter.count('lambda.invocations');
    meter.count(`lambda.invocations.${fn.name}`);
    const rebuilding = options.rebuilt?.();
    if (rebuilding !== undefined) await rebuilding;
    const result = await environments.run(fn, payload, tail);
    if (result.functionError !== undefined && !stopping) {
      meter.count('lambda.errors');
      log.write({
        source: 'lambda',
        level: 'error',
        domain: fn.domain,
        traceId,
        message: `${fn.name} failed: ${failureText(result.payload)}`,
      });
    }
    if (weather.roll(LOST_ANSWER_CHANCE)) {
      log.write({
        source: 'lambda',
        level: 'info',
        domain: fn.domain,
        traceId,
        message: `rough weather: ${fn.name} has run, its answer is lost`,
      });
      throw new AwsError('ServiceException', 'The service encountered an internal error. Please try again later.', 500);
    }
    return result;
  };

  const asyncInvocations = createAsyncInvocations({
    state: options.state,
    clock,
    weather,
    meter,
    log,
    queues: options.queues,
    settingsOf: (fn) => functions.asyncSettings(fn),
    run: runFunction,
  });

  const requireSize = (payload: string, limit: number): void => {
    // A character is three bytes at most, so most events need no counting.
    if (payload.length * 3 <= limit) return;
    const bytes = Buffer.byteLength(payload);
    if (bytes <= limit) return;
    throw new AwsError(
      'RequestTooLargeException',
      `${bytes} byte payload is too large for the ${limit === MAX_EVENT_BYTES ? 'RequestResponse' : 'Event'} invocation type (limit ${limit} bytes)`,
      413,
    );
  };

  const invoke: Lambda['invoke'] = async ({ functionArn, payload, principal, type, traceId, tail }) => {
    const { fn, qualifiedArn } = functions.find(functionArn);
    iam.authorize({ principal, action: 'lambda:InvokeFunction', resource: qualifiedArn });
    if (type === 'RequestResponse') {
      requireSize(payload, MAX_EVENT_BYTES);
      return runFunction(fn, payload, traceId, tail);
    }
    requireSize(payload, MAX_ASYNC_EVENT_BYTES);
    await asyncInvocations.add(fn, payload, traceId);
    return { payload: '' };
  };

  return {
    invoke,
    service: createLambdaService({ functions, iam, lambda: { invoke }, mappings: options.mappings ?? (() => []) }),
    provisioners: functions.provisioners,
    start: () => asyncInvocations.resume((name) => functions.list().find((fn) => fn.name === name)),
    functionOf: (nameOrArn) => functions.find(nameOrArn).fn,
    run: (nameOrArn, payload) => runFunction(functions.find(nameOrArn).fn, payload, undefined),
    retire: (roleArns) => environments.retire((fn) => roleArns.includes(fn.roleArn)),
    environments: () => environments.count,
    profiles: () => threads.profiles(),
    async stop() {
      stopping = true;
      await environments.stop();
      await threads.stop();
    },
  };
};
