import type { Key } from '../../lib/runtime/db.ts';
import { key } from '../../lib/runtime/keys.ts';
import type { CustomerId, SessionId, StaffId } from './model.ts';
import type { SessionHolder } from './session.ts';

/** Keys of the accounts table, in one place. */

/** Staff of a tenant, in one partition: they are listed, and few. */
export const STAFF_PK = 'staff';
export const staffKey = (staffId: StaffId): Key => ({ pk: STAFF_PK, sk: staffId });
/** Customer: account, personal data (one item that can be erased) and sessions share a partition. */
export const customerKey = (customerId: CustomerId): Key => ({ pk: key('customer', customerId), sk: 'account' });
export const customerPersonKey = (customerId: CustomerId): Key => ({ ...customerKey(customerId), sk: 'person' });
export const staffPersonKey = (staffId: StaffId): Key => ({ pk: key('staff', staffId), sk: 'person' });
/** A customer's login, by the hash of the email: makes emails unique in a tenant. */
export const loginKey = (emailHash: string): Key => ({ pk: key('login', emailHash), sk: 'meta' });
/** What a registration was asked for, by its id. */
export const registrationKey = (customerId: CustomerId): Key => ({ pk: key('registration', customerId), sk: 'meta' });
/** System: a person who works for tenants. */
export const personPk = (emailHash: string): string => key('person', emailHash);

export const accessKey = (holder: SessionHolder): Key =>
  holder.kind === 'staff' ? staffKey(holder.actorId) : customerKey(holder.actorId);

export const sessionKey = ({ kind, actorId }: SessionHolder, sessionId: SessionId): Key => ({
  pk: key(kind, actorId),
  sk: key('session', sessionId),
});
