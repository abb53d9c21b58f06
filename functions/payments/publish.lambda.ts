import { eventBusClient } from '../../lib/runtime/clients/events.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { PublishEnv } from '../../lib/runtime/publish-env.ts';
import { publish } from '../../lib/runtime/publish.ts';
import { toEvents } from './to-events.ts';

const { BUS_NAME } = readEnv(PublishEnv);

export const handler = publish(eventBusClient(), BUS_NAME, toEvents);
