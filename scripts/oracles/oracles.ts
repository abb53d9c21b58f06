import { join } from 'node:path';
import type { Program } from './install.ts';
import { goProgram, jars, pythonPackage } from './installations.ts';

/** A server's command line on a port of 127.0.0.1, what it needs in its environment besides the machine's. */
export interface ServerCommand {
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** An independent implementation of services that contract suites of the local cloud, or of a provider, run against. */
export interface Oracle extends Program {
  /** The services it is asked about, for people. */
  readonly services: string;
  /** How it is started from the folder where it was installed, on a free port. */
  serve(folder: string, port: number): ServerCommand;
  /** It cannot be told to listen on 127.0.0.1 alone, so it runs in a network of its own. */
  readonly listensEverywhere?: true;
  /** The folders of its suites, and the variable by which these find it. */
  readonly suites: readonly string[];
  readonly urlVariable: string;
}

const classPath = (folder: string): readonly string[] => ['-cp', join(folder, 'jars', '*')];

/** An independent emulator of many services; the whole app is deployed to it too (`scripts/deploy-emulated.ts`). */
export const ministack: Oracle = {
  name: 'ministack',
  version: '1.5.33',
  services: 'EventBridge, Step Functions',
  installation: pythonPackage('ministack'),
  serve: (folder, port) => ({
    command: [join(folder, 'bin', 'ministack')],
    env: {
      HOME: join(folder, 'data'),
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      MINISTACK_HOST: '127.0.0.1',
      MINISTACK_ACCOUNT_ID: '111111111111',
      MINISTACK_REGION: 'eu-central-1',
    },
  }),
  suites: ['test/local/events', 'test/local/step-functions'],
  urlVariable: 'MINISTACK_URL',
};

/** The versions are exact: what an oracle answers, and so which differences are listed, changes with them. */
export const oracles: readonly Oracle[] = [
  {
    name: 'DynamoDB Local',
    version: '3.1.0',
    services: 'DynamoDB',
    installation: jars('software.amazon.dynamodb', 'DynamoDBLocal'),
    serve: (folder, port) => ({
      command: [
        'java',
        `-Djava.library.path=${join(folder, 'jars')}`,
        ...classPath(folder),
        'software.amazon.dynamodb.services.local.main.ServerRunner',
        '-inMemory',
        '-disableTelemetry',
        '-port',
        String(port),
      ],
    }),
    listensEverywhere: true,
    suites: ['test/local/dynamodb'],
    urlVariable: 'DYNAMODB_ORACLE_URL',
  },
  {
    name: 'ElasticMQ',
    version: '1.7.1',
    services: 'SQS',
    installation: jars('org.elasticmq', 'elasticmq-server_2.13'),
    serve: (folder, port) => ({
      command: [
        'java',
        '-Drest-sqs.bind-hostname=127.0.0.1',
        `-Drest-sqs.bind-port=${port}`,
        '-Drest-sqs.sqs-limits=strict',
        '-Dnode-address.host=127.0.0.1',
        `-Dnode-address.port=${port}`,
        '-Drest-stats.enabled=false',
        ...classPath(folder),
        'org.elasticmq.server.Main',
      ],
    }),
    suites: ['test/local/sqs'],
    urlVariable: 'SQS_ORACLE_URL',
  },
  {
    name: 'versitygw',
    version: '1.8.0',
    services: 'S3',
    installation: goProgram('github.com/versity/versitygw/cmd/versitygw'),
    serve: (folder, port) => ({
      command: [join(folder, 'versitygw'), '--port', `127.0.0.1:${port}`, 'posix', join(folder, 'data')],
      env: { ROOT_ACCESS_KEY: 'local', ROOT_SECRET_KEY: 'local-secret' },
    }),
    suites: ['test/local/s3'],
    urlVariable: 'S3_ORACLE_URL',
  },
  ministack,
  {
    name: 'stripe-mock',
    version: '0.203.0',
    services: 'Stripe (the shape of requests)',
    installation: goProgram('github.com/stripe/stripe-mock'),
    serve: (folder, port) => ({
      // It opens HTTPS on all interfaces unless it is told where; port 0 is any that is free.
      command: [join(folder, 'stripe-mock'), '-http-addr', `127.0.0.1:${port}`, '-https-addr', '127.0.0.1:0'],
    }),
    suites: ['test/payments'],
    urlVariable: 'STRIPE_MOCK_URL',
  },
];
