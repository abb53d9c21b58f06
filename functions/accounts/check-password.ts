import type { Clock } from '../../lib/runtime/clock.ts';
import type { AttemptStore } from './attempt-store.ts';
import { invalidCredentials, tooManyAttempts } from './model.ts';
import type { Passwords } from './password.ts';

export interface CheckPasswordDeps {
  readonly passwords: Passwords;
  readonly now: Clock;
}

/** The one text for every reason: who reads it learns nothing about which emails have accounts. */
export const refusedLogin = () => invalidCredentials('No account has this email and password.');

/**
 * Checks a password against the hash of an account, if there is one, in the same steps and time whether there is or not.
 * Attempts are counted by email in both cases. The caller settles the attempt as right when the login is complete.
 *
 * @throws invalid_credentials (401), too_many_attempts (429)
 */
export const checkPassword =
  ({ passwords, now }: CheckPasswordDeps) =>
  async <Account extends { readonly passwordHash: string }>(
    attempts: AttemptStore,
    hash: string,
    password: string,
    find: () => Promise<Account | undefined>,
  ): Promise<Account> => {
    const retryAfter = await attempts.begin(hash, now());
    if (retryAfter > 0) {
      throw tooManyAttempts(`Too many attempts with this email. Try again in ${retryAfter} s.`, { retryAfter });
    }
    const account = await find();
    const matches = await passwords.matches(password, account?.passwordHash);
    if (account !== undefined && matches) return account;
    await attempts.settle(hash, 'wrong');
    throw refusedLogin();
  };
