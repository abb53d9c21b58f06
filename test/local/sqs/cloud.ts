import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { SQSClient } from '@aws-sdk/client-sqs';
import { systemClock } from '../../../lib/local/clock.ts';
import { createEndpoint } from '../../../lib/local/endpoint/endpoint.ts';
import { createIam } from '../../../lib/local/iam/iam.ts';
import { createMeter } from '../../../lib/local/meter.ts';
import { createQueues } from '../../../lib/local/sqs/queues.ts';
import { createState } from '../../../lib/local/state.ts';
import { createWeather } from '../../../lib/local/weather.ts';
import { account, createKeptLog, resource } from '../fake-ports.ts';
import { temporaryDirectory } from '../fixtures/assembly.ts';
import type { OpenQueues } from './contract.ts';

export const clientAt = (endpoint: string): SQSClient =>
  new SQSClient({
    endpoint,
    region: account.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });

/** SQS, IAM and the endpoint alone, on the real clock. */
export const sqsCloud = async (): Promise<Awaited<ReturnType<OpenQueues>>> => {
  const directory = temporaryDirectory();
  const iam = createIam({ account, stateDir: directory.path });
  const state = createState({ file: join(directory.path, 'state.db'), synchronous: 'NORMAL' });
  const meter = createMeter();
  const { log } = createKeptLog();
  const weather = createWeather({ rough: false, seed: 1 });
  const queues = createQueues({
    account,
    iam,
    state,
    clock: systemClock,
    weather,
    meter,
    log,
    awsEndpoint: () => endpoint.url,
  });
  const endpoint = createEndpoint({ port: 0, services: [queues.service], iam, log, meter });
  await endpoint.start();
  const client = clientAt(endpoint.url);
  return {
    client,
    async queue(properties) {
      const name = `q-${randomUUID()}`;
      const [provisioner] = queues.provisioners;
      if (provisioner === undefined) throw new Error('no provisioner');
      return (await provisioner.provision(resource('AWS::SQS::Queue', name, { QueueName: name, ...properties }))).ref;
    },
    async stop() {
      client.destroy();
      await endpoint.stop();
      await queues.stop();
      await state.close();
      directory.remove();
    },
  };
};
