import { expect, it } from 'vitest';
import { permissionsOf, synthesizedApp } from '../assembly/app.ts';

it('the authorizer may ask four functions and read one secret', () => {
  const rights = permissionsOf(synthesizedApp())
    .filter(
      ({ stack, role, action }) => stack === 'platform' && role.startsWith('Authorizer') && !action.startsWith('logs:'),
    )
    .map(({ action, resource }) => `${action} ${/function:(.+)$/.exec(resource)?.[1] ?? 'secret'}`);
  expect(rights.toSorted()).toEqual([
    'lambda:InvokeFunction cartwright-dev-accounts-signing-keys:live',
    'lambda:InvokeFunction cartwright-dev-accounts-verify-session:live',
    'lambda:InvokeFunction cartwright-dev-tenants-resolve-tenant:live',
    'lambda:InvokeFunction cartwright-dev-tenants-verify-key:live',
    'secretsmanager:GetSecretValue secret',
  ]);
});
