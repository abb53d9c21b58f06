import { describe, expect, it } from 'vitest';
import { actingFor } from '../../lib/runtime/acting-tenant.ts';
import { AwsServiceError } from '../../lib/runtime/clients/aws-client.ts';
import type { AssumeRole, Sts } from '../../lib/runtime/clients/sts.ts';
import { createTenantWall } from '../../lib/runtime/tenant-wall.ts';
import { tenantId } from '../../lib/runtime/tenant.ts';

const ROLE = 'arn:aws:iam::111111111111:role/data';
const [one, other] = [tenantId.random(), tenantId.random()];

const wallOver = (assumeRole: Sts['assumeRole']) => createTenantWall({ assumeRole }, ROLE, () => 0);
const answer = (secretAccessKey: string) => ({
  accessKeyId: 'ASIA',
  secretAccessKey,
  sessionToken: 'token',
  expiresAt: 3_600_000,
});
const secretOf = async ({ secretAccessKey }: { readonly secretAccessKey: string }) => secretAccessKey;

describe('the second wall', () => {
  it('opens a session for the tenant that the invocation acts for, with its tag', async () => {
    const asked: AssumeRole[] = [];
    const wall = wallOver(async (request) => {
      asked.push(request);
      return answer(request.tags['tenant'] ?? '');
    });
    const secrets = await Promise.all([one, other, one].map((who) => actingFor(who, () => wall.through(secretOf))));
    expect(secrets).toEqual([one, other, one]);
    expect(asked).toEqual(
      [one, other].map((who) => ({ roleArn: ROLE, sessionName: who, tags: { tenant: who }, seconds: 3600 })),
    );
  });

  it('lets nothing through for an invocation that acts for nobody, and asks STS for nothing', async () => {
    const wall = wallOver(() => Promise.reject(new Error('asked')));
    await expect(wall.through(secretOf)).rejects.toThrow('this invocation acts for no tenant');
  });

  it('opens another session, once, for one that AWS takes no more', async () => {
    let opened = 0;
    const wall = wallOver(async () => answer(`session ${(opened += 1)}`));
    const seen: string[] = [];
    const request = async ({ secretAccessKey }: { readonly secretAccessKey: string }) => {
      seen.push(secretAccessKey);
      if (secretAccessKey === 'session 1') throw new AwsServiceError('ExpiredTokenException', 'over', 400, {});
      return secretAccessKey;
    };
    expect(await actingFor(one, () => wall.through(request))).toBe('session 2');
    expect(await actingFor(one, () => wall.through(request))).toBe('session 2');
    expect(seen).toEqual(['session 1', 'session 2', 'session 2']);
  });

  it('passes on what DynamoDB refuses', async () => {
    const wall = wallOver(async () => answer('secret'));
    const refused = new AwsServiceError('AccessDeniedException', 'no', 400, {});
    await expect(actingFor(one, () => wall.through(() => Promise.reject(refused)))).rejects.toBe(refused);
  });

  it('answers that it is temporarily unavailable while no session can be opened', async () => {
    const cause = new AwsServiceError('Throttling', 'Rate exceeded', 400, {});
    const wall = wallOver(() => Promise.reject(cause));
    await expect(actingFor(one, () => wall.through(secretOf))).rejects.toMatchObject({
      code: 'temporarily_unavailable',
      status: 503,
      retryAfter: 1,
      cause,
    });
  });
});
