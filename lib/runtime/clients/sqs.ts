import { SQSClient } from '@aws-sdk/client-sqs';
import { clientOptions } from './options.ts';

export const sqsClient = (): SQSClient => new SQSClient(clientOptions(5000));
