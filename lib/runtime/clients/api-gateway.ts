import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { clientOptions } from './options.ts';

export const apiGatewayClient = (): APIGatewayClient => new APIGatewayClient(clientOptions(3000));
