import * as z from 'zod';
import { call } from '../../lib/client/expect-status.ts';
import type { ApiResponse } from '../../lib/client/http.ts';
import type { Shop } from '../../lib/client/shop.ts';
import { until } from '../../lib/client/until.ts';
import { outcome } from './caller.ts';
import { api, unique } from './world.ts';

export const PASSWORD = 'a long enough passphrase 42';
export const Session = z.looseObject({ accessToken: z.string(), expiresAt: z.string(), refreshToken: z.string() });
export type Session = z.output<typeof Session>;

/** Logs a customer in who exists. */
export const loginCustomer = (shop: Shop, email: string): Promise<Session> =>
  call(api, Session, 'POST', '/v1/accounts/sessions', {
    credential: shop.publishableKey,
    body: { email, password: PASSWORD },
  });

/** Registers a customer of a shop. Registration is answered before it is carried out, so the log-in is tried until it works. */
export const newCustomer = async (shop: Shop): Promise<{ email: string } & Session> => {
  const credential = shop.publishableKey;
  const email = `${unique('customer')}@example.com`;
  await call(api, z.unknown(), 'POST', '/v1/accounts/customers', {
    credential,
    body: { email, password: PASSWORD, name: 'Sample Customer', locale: 'en' },
  });
  const session = await until('the customer to be able to log in', async () => {
    const response = await api.send('POST', '/v1/accounts/sessions', {
      credential,
      body: { email, password: PASSWORD },
    });
    return response.status < 300 ? Session.parse(response.body) : undefined;
  });
  return { email, ...session };
};

export const loginAsCustomer = async (shop: Shop): Promise<string> => (await newCustomer(shop)).accessToken;

/** Logs the owner in who has accepted the invitation. */
export const loginOwner = (shop: Shop): Promise<Session> =>
  call(api, Session, 'POST', '/v1/accounts/staff/sessions', {
    body: { email: shop.ownerEmail, password: PASSWORD, tenant: shop.tenantId },
  });

/** The owner accepts the invitation, once, and logs in. */
export const loginAsOwner = async (shop: Shop): Promise<string> => {
  if (shop.ownerInvitation === undefined) throw new Error('The shop has no invitation for its owner');
  await call(api, z.unknown(), 'POST', '/v1/accounts/staff/invitations/accept', {
    body: { token: shop.ownerInvitation, password: PASSWORD },
  });
  return (await loginOwner(shop)).accessToken;
};

/**
 * What became of five guesses. A guess whose answer was lost is counted twice when it is repeated, so the lock may come
 * sooner; that is left out.
 */
export const guessFiveTimes = async (guess: (password: string) => Promise<ApiResponse>): Promise<string[]> => {
  const outcomes: string[] = [];
  let isLost = false;
  for (let count = 1; count <= 5; count += 1) {
    const answer = await guess(`guess ${count}`);
    isLost ||= answer.repeated === true;
    if (!isLost || answer.status !== 429) outcomes.push(outcome(answer));
  }
  return outcomes;
};
