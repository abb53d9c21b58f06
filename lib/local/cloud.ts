import { join, resolve } from 'node:path';
import { createApiGateway } from './api-gateway/create-api-gateway.ts';
import { systemClock } from './clock.ts';
import type { Account, Meter, Stoppable } from './contracts.ts';
import type { SelfTimes } from './cpu-profile.ts';
import { createDynamoDb } from './dynamodb/dynamodb.ts';
import { createEndpoint } from './endpoint/endpoint.ts';
import { createFastPathHost } from './endpoint/fast-path-host.ts';
import { createEventBus } from './events/create-event-bus.ts';
import { createEventSources } from './event-sources/event-sources.ts';
import { createIam } from './iam/iam.ts';
import type { Concurrency } from './lambda/environments.ts';
import { createLambda } from './lambda/lambda.ts';
import type { LiveLog } from './log.ts';
import { createMeter } from './meter.ts';
import { createS3 } from './s3/s3.ts';
import { createSchedules } from './scheduler/create-schedules.ts';
import { createSecrets } from './secrets/secrets.ts';
import { createQueues } from './sqs/queues.ts';
import { createParameters } from './ssm/parameters.ts';
import { createState, type Durability } from './state.ts';
import { createStepFunctions } from './step-functions/create-step-functions.ts';
import { createSts } from './sts/sts.ts';
import { readAssembly } from './template/assembly.ts';
import { provision } from './template/provision.ts';
import { createWeather } from './weather.ts';

/** The account that environment-agnostic templates are deployed to here. */
export const localAccount: Account = { accountId: '111111111111', region: 'eu-central-1', partition: 'aws' };

export interface CloudOptions {
  /** Directory of the synthesized app. */
  readonly assembly: string;
  /** Everything that outlives a restart. */
  readonly stateDir: string;
  /** Port of all REST APIs; 0 for any free one. */
  readonly apiPort: number;
  /** Port of the AWS endpoint; 0 for any free one. */
  readonly awsPort: number;
  readonly weather: { readonly rough: boolean; readonly seed: number };
  readonly concurrency: Concurrency;
  readonly log: LiveLog;
  readonly synchronous?: Durability | undefined;
  /** Any DynamoDB endpoint, instead of the engine that comes with the packages. */
  readonly engineEndpoint?: string | undefined;
  /** Variables that every function gets besides its own, e.g. a log level. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  /** Ids of statements of roles that count for nothing, to see what fails without them. */
  readonly withdrawn?: readonly string[] | undefined;
  /** Profiles the functions. */
  readonly profile?: boolean | undefined;
  /** Settles when bundles that are being rebuilt are on disk; invocations wait for it. */
  readonly rebuilt?: (() => Promise<void> | undefined) | undefined;
}

export interface Cloud extends Stoppable {
  /** Base URL of all REST APIs. */
  readonly apiUrl: string;
  /** `AWS_ENDPOINT_URL` for the AWS CLI. */
  readonly awsUrl: string;
  readonly meter: Meter;
  /** What the functions' time went into, with the option `profile`. */
  profiles(): Promise<readonly SelfTimes[]>;
}

/**
 * Runs a synthesized app: makes what its templates declare, on the state that earlier runs left, and serves. The only
 * place where the parts of the local cloud meet.
 * @throws Error that names the resource or property that is not implemented, or what stands in the way
 */
export const startCloud = async (options: CloudOptions): Promise<Cloud> => {
  const { log } = options;
  const stateDir = resolve(options.stateDir);
  const account = localAccount;
  const clock = systemClock;
  const assembly = readAssembly(options.assembly);
  const state = createState({ file: join(stateDir, 'state.db'), synchronous: options.synchronous });
  const meter = createMeter();
  const weather = createWeather(options.weather);
  const iam = createIam({ account, stateDir, clock, log, withdrawn: options.withdrawn });
  const common = { account, iam, state, clock, weather, meter, log };

  const dynamodb = createDynamoDb({ ...common, stateDir, engineEndpoint: options.engineEndpoint });
  const awsEndpoint = (): string => endpoint.url;
  const queues = createQueues({ ...common, awsEndpoint });
  const lambda = await createLambda({
    ...common,
    assembly,
    awsEndpoint,
    queues: () => queues,
    mappings: () => sources.list(),
    concurrency: options.concurrency,
    workDir: join(stateDir, 'lambda'),
    variables: options.variables,
    rebuilt: options.rebuilt,
    profile: options.profile,
    workerHooks: createFastPathHost({
      iam,
      dynamodb,
      dispatch: (request, principal) => endpoint.dispatch(request, principal),
      endpoint: awsEndpoint,
      seed: options.weather.seed,
    }),
  });
  const sources = createEventSources({
    ...common,
    lambda,
    queues,
    streams: dynamodb,
    partitionKeyOf: (name) => dynamodb.forWorker().tables.find((table) => table.name === name)?.keys.hash,
  });
  const machines = createStepFunctions({ ...common, lambda, queues });
  const bus = createEventBus({ ...common, lambda, queues, stateMachines: machines });
  const schedules = createSchedules({ ...common, lambda, queues });
  const gateway = createApiGateway({ ...common, lambda, port: options.apiPort });
  const parameters = createParameters(common);
  const secrets = createSecrets(common);
  const s3 = createS3({ ...common, stateDir });
  const parts = [iam, dynamodb, queues, lambda, sources, machines, bus, schedules, gateway, parameters, secrets, s3];
  const endpoint = createEndpoint({
    port: options.awsPort,
    iam,
    grants: {
      since: (mark) => iam.record.since(mark),
      statements: () => iam.statements(),
      withdraw: (ids) => lambda.retire(iam.withdraw(ids)),
    },
    log,
    meter,
    settleMeter: () => dynamodb.settleMeter(),
    services: [
      dynamodb.service,
      queues.service,
      lambda.service,
      machines.service,
      bus.service,
      schedules.service,
      gateway.service,
      parameters.service,
      secrets.service,
      createSts({ account, iam }).service,
    ],
    httpServices: [s3.service],
  });

  const stop = async (): Promise<void> => {
    await gateway.stop();
    // What is still running ends with its environment; the messages and records it had come again at the next start.
    await Promise.all([schedules.stop(), sources.stop(), lambda.stop(), machines.stop(), bus.stop()]);
    await Promise.all([queues.stop(), endpoint.stop()]);
    await dynamodb.stop();
    await state.close();
  };

  try {
    await Promise.all([dynamodb.start(), endpoint.start()]);
    await provision({
      assembly,
      account,
      provisioners: parts.flatMap(({ provisioners }) => provisioners),
      parameter: (name) => parameters.value(name),
    });
    lambda.start();
    machines.resume();
    bus.start();
    sources.start();
    schedules.start();
    const apiUrl = await gateway.start();
    return { apiUrl, awsUrl: endpoint.url, meter, profiles: () => lambda.profiles(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
