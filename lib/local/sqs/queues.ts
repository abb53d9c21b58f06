import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import type { Clock } from '../clock.ts';
import type {
  Account,
  AwsService,
  Iam,
  Log,
  Meter,
  Provisioner,
  Queues,
  State,
  Stoppable,
  Weather,
} from '../contracts.ts';
import { physicalName } from '../physical-name.ts';
import { readProperties } from '../read-properties.ts';
import { billedRequests } from './billed-requests.ts';
import { createMessageStore, type OutgoingMessage, type StoredMessage } from './message-store.ts';
import { queueSettings } from './queue-properties.ts';
import { createQueue, type Queue } from './queue.ts';
import { createQueueService } from './queue-service.ts';

export interface LocalQueues extends Queues, Stoppable {
  readonly service: AwsService;
  readonly provisioners: readonly Provisioner[];
  /** @throws AwsError QueueDoesNotExist */
  queue(arn: string): Queue;
}

const PolicyProperties = z.strictObject({ Queues: z.array(z.string()), PolicyDocument: z.unknown() });

const missing = (what: string): AwsError =>
  new AwsError('QueueDoesNotExist', `The specified queue does not exist: ${what}`);

/** SQS: the standard queues of the templates. */
export const createQueues = (options: {
  readonly account: Account;
  readonly iam: Iam;
  readonly state: State;
  readonly clock: Clock;
  readonly weather: Weather;
  readonly meter: Meter;
  readonly log: Log;
  readonly awsEndpoint: () => string;
}): LocalQueues => {
  const { account, clock, meter, weather } = options;
  const store = createMessageStore(options.state);
  const queues = new Map<string, Queue>();

  const failed = (error: unknown): void =>
    options.log.write({ source: 'queue', level: 'error', message: `state: ${String(error)}` });

  const queueOf = (arn: string): Queue => {
    const queue = queues.get(arn);
    if (queue === undefined) throw missing(arn);
    return queue;
  };

  const put = async (queue: Queue, messages: readonly OutgoingMessage[]): Promise<readonly StoredMessage[]> => {
    const now = clock.now();
    const stored = messages.map(({ body, attributes, delayMs = queue.settings.delayMs }) => ({
      id: store.nextId(),
      messageId: randomUUID(),
      body,
      attributes,
      sentAt: now,
      visibleAt: now + delayMs,
      receives: 0,
      sourceArn: undefined,
    }));
    await store.insert(queue.settings.arn, stored);
    queue.show(stored);
    return stored;
  };

  const bury = (from: Queue, message: StoredMessage): void => {
    const { deadLetter, arn, name } = from.settings;
    const target = queues.get(deadLetter?.arn ?? '');
    if (target === undefined) return;
    const now = clock.now();
    const dead = { ...message, id: store.nextId(), visibleAt: now, receives: 0, sourceArn: arn };
    options.log.write({
      source: 'queue',
      level: 'error',
      message: `${name}: message ${message.messageId} failed ${deadLetter?.maxReceiveCount} times, moved to ${target.settings.name}`,
    });
    meter.count('sqs.deadLetters');
    store
      .move(message.id, target.settings.arn, dead)
      .then(() => target.show([dead]))
      .catch(failed);
  };

  const provisionQueue: Provisioner = {
    types: ['AWS::SQS::Queue'],
    async provision(resource) {
      const settings = queueSettings(resource, account, options.awsEndpoint(), clock.now());
      if (settings.deadLetter !== undefined && !queues.has(settings.deadLetter.arn)) {
        throw new Error(`${resource.path}.Properties.RedrivePolicy: there is no queue ${settings.deadLetter.arn}`);
      }
      const queue: Queue = createQueue({
        settings,
        store,
        clock,
        weather,
        failed,
        bury: (message) => bury(queue, message),
      });
      queues.set(settings.arn, queue);
      queue.show(store.load(settings.arn));
      return { ref: settings.url, attributes: { Arn: settings.arn, QueueName: settings.name, QueueUrl: settings.url } };
    },
  };

  const provisionPolicy: Provisioner = {
    types: ['AWS::SQS::QueuePolicy'],
    async provision(resource) {
      const { Queues: urls, PolicyDocument } = readProperties(resource, PolicyProperties);
      for (const url of urls) {
        const queue = [...queues.values()].find(({ settings }) => settings.url === url);
        if (queue === undefined) throw new Error(`${resource.path}.Properties.Queues: there is no queue ${url}`);
        options.iam.addResourcePolicy(queue.settings.arn, PolicyDocument);
      }
      return { ref: physicalName(resource, 100), attributes: {} };
    },
  };

  return {
    provisioners: [provisionQueue, provisionPolicy],
    service: createQueueService({
      account,
      iam: options.iam,
      meter,
      list: () => [...queues.values()],
      send: put,
      missing,
    }),
    queue: queueOf,
    async send(queueArn, messages) {
      const queue = queueOf(queueArn);
      const tooLarge = messages.find(({ body }) => Buffer.byteLength(body) > queue.settings.maximumBytes);
      if (tooLarge !== undefined) {
        throw new AwsError(
          'InvalidParameterValue',
          `One or more parameters are invalid: message must be shorter than ${queue.settings.maximumBytes} bytes.`,
        );
      }
      for (const { body } of messages) meter.count('sqs.SendMessage', billedRequests(Buffer.byteLength(body)));
      await put(
        queue,
        messages.map(({ body, attributes, delaySeconds }) => ({
          body,
          attributes: attributes === undefined ? undefined : attributesText(attributes),
          delayMs: delaySeconds === undefined ? undefined : delaySeconds * 1000,
        })),
      );
    },
    async stop() {
      for (const queue of queues.values()) queue.stop();
    },
  };
};

const attributesText = (attributes: Readonly<Record<string, string>>): string | undefined => {
  const entries = Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]);
  return entries.length === 0 ? undefined : JSON.stringify(Object.fromEntries(entries));
};
