import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientOptions } from './options.ts';

export const dynamoDbClient = (): DynamoDBClient => new DynamoDBClient(clientOptions(3000));
