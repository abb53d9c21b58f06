import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { SessionEnv } from './env.ts';
import { refreshCustomerSession, refreshSessionRoute } from './refresh-session.ts';
import { sessionWiring } from './session-wiring.ts';

const env = readEnv(SessionEnv);

export const handler = api(refreshSessionRoute, refreshCustomerSession(sessionWiring(dynamoDbClient(), env)));
