import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { clientOptions } from './options.ts';

export const eventBridgeClient = (): EventBridgeClient => new EventBridgeClient(clientOptions(5000));
