import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { issueKey, type KeyDeps } from './issue-key.ts';
import { KeyOrder, NewApiKey } from './key-model.ts';

export const createKeyRoute = defineRoute({
  method: 'POST',
  path: '/v1/tenants/current/keys',
  summary: 'Make an API key; its secret is shown once',
  callers: ['staff', 'secret'],
  permission: 'keys:write',
  idempotency: 'required',
  body: KeyOrder,
  response: NewApiKey,
  status: 201,
});

/** Makes a key with at most the caller's own permissions. */
export const createKey = (deps: KeyDeps): UseCase<typeof createKeyRoute> => {
  const issue = issueKey(deps);
  return ({ caller, body, idempotency }) => issue(caller.tenant, body, caller.permissions, idempotency);
};
