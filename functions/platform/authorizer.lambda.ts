import { callFunction } from '../../lib/runtime/caller.ts';
import { lambdaClient } from '../../lib/runtime/clients/lambda.ts';
import { secretsManager } from '../../lib/runtime/clients/secrets.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { ownBreaker } from '../../lib/runtime/function-breaker.ts';
import { newTraceId } from '../../lib/runtime/trace.ts';
import { SigningKeys, VerifySession } from '../accounts/calls.ts';
import { ResolveTenant, VerifyKey } from '../tenants/calls.ts';
import { authorize } from './authorize.ts';
import { authorizer } from './authorizer.ts';
import { AuthorizerEnv } from './env.ts';
import { operatorKeyCheck } from './operator-key.ts';
import { cachedSigningKeys } from './signing-keys.ts';
import { verifyToken } from './verify-token.ts';

const env = readEnv(AuthorizerEnv);
const lambda = lambdaClient();
const secrets = secretsManager();
// Every one of these only reads, so a second try is safe.
const options = { breaker: ownBreaker(), retries: 1 };
const signingKeys = callFunction(lambda, env.SIGNING_KEYS_FUNCTION, SigningKeys, options);
const findKey = cachedSigningKeys({
  fetchKeys: async () => (await signingKeys({ traceId: newTraceId() }, {})).keys,
  now: systemClock,
});

export const handler = authorizer(
  authorize({
    isOperatorKey: operatorKeyCheck({ readSecret: () => secrets.read(env.OPERATOR_SECRET), now: systemClock }),
    verifyToken: verifyToken({ stage: env.STAGE, findKey, now: systemClock }),
    verifyKey: callFunction(lambda, env.VERIFY_KEY_FUNCTION, VerifyKey, options),
    resolveTenant: callFunction(lambda, env.RESOLVE_TENANT_FUNCTION, ResolveTenant, options),
    verifySession: callFunction(lambda, env.VERIFY_SESSION_FUNCTION, VerifySession, options),
  }),
);
