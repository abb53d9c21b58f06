import * as z from 'zod';
import type { Clock } from '../../lib/runtime/clock.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { TenantId } from '../../lib/runtime/tenant.ts';
import type { AttemptStore } from './attempt-store.ts';
import { checkPassword } from './check-password.ts';
import { provesInvitation, readInvitation } from './invitation.ts';
import type { ReadKeySet } from './key-vault.ts';
import { invalidCredentials, invalidInvitation, NewPassword, StaffId, tooManyAttempts } from './model.ts';
import type { Passwords } from './password.ts';
import type { StaffStore } from './staff-store.ts';

export const acceptInvitationRoute = defineRoute({
  method: 'POST',
  path: '/v1/accounts/staff/invitations/accept',
  summary: 'Accept an invitation and set a password',
  callers: 'public',
  body: z.strictObject({ token: z.string().max(500), password: NewPassword }),
  response: z.object({ tenant: TenantId, staffId: StaffId }),
  status: 200,
  errors: [invalidInvitation, invalidCredentials, tooManyAttempts],
});

export interface AcceptInvitationDeps {
  readonly staff: StaffStore;
  readonly attempts: AttemptStore;
  readonly passwords: Passwords;
  readonly readKeySet: ReadKeySet;
  readonly now: Clock;
}

/**
 * An invited person sets a password. Somebody who works for another tenant already has one and must give that: an
 * invitation opens a shop to a person, it does not open the person's other shops to whoever holds the invitation.
 * Accepting again, with the same password, answers the same.
 */
export const acceptInvitation =
  (deps: AcceptInvitationDeps): UseCase<typeof acceptInvitationRoute> =>
  async ({ body }) => {
    const { staff, attempts, passwords, readKeySet, now } = deps;
    const refused = () => invalidInvitation('The invitation is unknown, has expired or was used. Ask for a new one.');
    const token = readInvitation(body.token, now());
    if (token === undefined) throw refused();
    const { tenant, staffId } = token;
    const record = await staff.find(tenant, staffId);
    if (record === undefined || record.status === 'removed') throw refused();
    if (!provesInvitation(await readKeySet(), token, record.nonce)) throw refused();

    const { emailHash, nonce } = record;
    const person = await staff.person(emailHash);
    const isNew =
      person.login === undefined && (await staff.createLogin(emailHash, await passwords.hash(body.password)));
    if (!isNew) {
      await checkPassword(deps)(attempts, emailHash, body.password, async () => (await staff.person(emailHash)).login);
      await attempts.settle(emailHash, 'right');
    }
    await staff.join(emailHash, { tenant, staffId });
    if (!(await staff.activate(tenant, staffId, nonce))) throw refused();
    return { body: { tenant, staffId } };
  };
