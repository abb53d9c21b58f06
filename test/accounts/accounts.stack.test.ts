import { describe, expect, it } from 'vitest';
import { operationsOf, permissionsOf, resourcesOf, synthesizedApp } from '../assembly/app.ts';

const stacks = synthesizedApp().filter(({ domain }) => domain === 'accounts');
const permissions = permissionsOf(stacks);
const rolesThatMay = (action: string): string[] =>
  permissions
    .filter((permission) => permission.action === action)
    .map(({ role }) => role.replace(/Role[0-9A-F]{8}$/, ''))
    .toSorted();

describe('the accounts stack', () => {
  it('has these routes that need no credential, and no other', () => {
    const open = operationsOf(stacks).filter(({ security }) => security.length === 0);
    expect(open.map(({ route }) => route).toSorted()).toEqual([
      'GET /v1/accounts/.well-known/jwks.json',
      'GET /v1/accounts/health',
      'POST /v1/accounts/staff/invitations/accept',
      'POST /v1/accounts/staff/sessions',
      'POST /v1/accounts/staff/sessions/refresh',
    ]);
  });

  it('lets the rotation alone write the keys, and few functions read them', () => {
    expect(rolesThatMay('secretsmanager:PutSecretValue')).toEqual(['RotateSigningKeys']);
    expect(rolesThatMay('secretsmanager:GetSecretValue')).toEqual([
      'AcceptInvitation',
      'CreateSession',
      'CreateStaffSession',
      'GetJwks',
      'OwnerInvitation',
      'RefreshSession',
      'RefreshStaffSession',
      'RegisterCustomer',
      'RotateSigningKeys',
      'SigningKeys',
    ]);
    const [schedule] = resourcesOf(stacks, 'AWS::Scheduler::Schedule');
    expect(schedule?.properties).toMatchObject({ ScheduleExpression: 'rate(1 day)' });
  });

  it('makes the seed of the keys at deployment, where nobody sees it', () => {
    const [secret] = resourcesOf(stacks, 'AWS::SecretsManager::Secret');
    expect(secret?.properties['GenerateSecretString']).toEqual({
      ExcludePunctuation: true,
      GenerateStringKey: 'seed',
      PasswordLength: 64,
      SecretStringTemplate: '{"keys":[]}',
    });
  });

  it('never reads a whole table, and looks sessions up by their keys alone', () => {
    expect(permissions.filter(({ action }) => action === 'dynamodb:Scan')).toEqual([]);
    const [table] = resourcesOf(stacks, 'AWS::DynamoDB::Table');
    expect(table?.properties).not.toHaveProperty('GlobalSecondaryIndexes');
    expect(rolesThatMay('dynamodb:Query')).toEqual(['AcceptInvitation', 'CreateStaffSession', 'ListStaff']);
  });
});
