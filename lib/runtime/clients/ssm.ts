import { SSMClient } from '@aws-sdk/client-ssm';
import { clientOptions } from './options.ts';

export const ssmClient = (): SSMClient => new SSMClient(clientOptions(3000));
