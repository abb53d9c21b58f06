import * as z from 'zod';
import { type AwsClientOptions, awsClientOver, functionOptions, withRetries } from './aws-client.ts';

/** One event as the bus takes it; `Time` in seconds since 1970, `Detail` JSON text. */
export interface BusEntry {
  readonly EventBusName: string;
  readonly Source: string;
  readonly DetailType: string;
  readonly Time: number;
  readonly Detail: string;
}

const PutEventsAnswer = z.object({
  FailedEntryCount: z.number().default(0),
  Entries: z.array(z.object({ ErrorCode: z.string().optional() })).default([]),
});

/** Puts at most ten entries; each is taken or refused by itself. */
export interface EventBus {
  /** @throws AwsServiceError */
  putEvents(entries: readonly BusEntry[]): Promise<z.output<typeof PutEventsAnswer>>;
}

const TIMEOUT_MS = 5000;
/** A second try may publish an event again, and consumers know an event by its id. */
const ATTEMPTS = 3;

export const eventBusOver = (options: Omit<AwsClientOptions, 'service'>): EventBus => {
  const client = awsClientOver({ ...options, service: 'events' });
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' };
  return {
    putEvents: async (entries) => {
      const body = JSON.stringify({ Entries: entries });
      const request = { headers, body, timeoutMs: TIMEOUT_MS, what: 'EventBridge PutEvents' };
      const { text } = await withRetries(ATTEMPTS, () => client.send(request));
      return PutEventsAnswer.parse(JSON.parse(text));
    },
  };
};

export const eventBusClient = (): EventBus => eventBusOver(functionOptions('events'));
