import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from './db.ts';
import { fromWire } from './db-wire.ts';
import type { OutgoingEvent } from './events.ts';
import { tenantOfKey, tenantPrefix, withoutPrefix } from './keys.ts';
import { TenantId } from './tenant.ts';

/** One change of one tenant's item, keys without the tenant. `expired`: DynamoDB's TTL removed it. */
export interface Change {
  readonly tenant: TenantId;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  readonly expired: boolean;
}

/**
 * Which events a change means, from what the write fixed: ids, sequences and types are told by the item. Without `before`
 * it tells all that the item still knows: the events of its newest versions, as they were.
 */
export type ToEvents = (change: Change) => readonly OutgoingEvent[];

type Image = Record<string, AttributeValue>;

/** The change that two images of one item show; undefined for items of no tenant. */
export const changeOf = (images: {
  readonly pk: string | undefined;
  readonly before?: Image | undefined;
  readonly after?: Image | undefined;
  readonly expired?: boolean;
}): Change | undefined => {
  const { pk, before, after, expired = false } = images;
  const parsed = TenantId.safeParse(pk === undefined ? undefined : tenantOfKey(pk));
  if (!parsed.success) return undefined;
  const tenant = parsed.data;
  const read = (image: Image | undefined): Item | undefined =>
    image === undefined ? undefined : withoutPrefix(tenantPrefix(tenant), fromWire(image));
  return { tenant, before: read(before), after: read(after), expired };
};
