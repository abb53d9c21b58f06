import type { Instant } from '../../lib/runtime/clock.ts';
import { type Item, type TenantDb, TransactionRefused, type Write } from '../../lib/runtime/db.ts';
import { temporarilyUnavailable } from '../../lib/runtime/errors.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import { type Counter, planDraws } from './draws.ts';
import { dueMark } from './due.ts';
import type { QuotaStore } from './dynamo-quotas.ts';
import type { Draw, Placement, Upload } from './model.ts';
import type { NodeId } from './ids.ts';
import { nodeSliceKey, ofSystem, ofTenant, placementKey, quotaSliceKey, uploadKey } from './keys.ts';
import { NodeSlice } from './node-slices.ts';
import { QuotaSlice } from './quota.ts';
import type { Reserved, SpaceStore } from './space.ts';

/** Refusals in a row that only mean that somebody else was faster. */
const MAX_TRIES = 100;
/** Other slices are drawn from at once when a transaction meets another one; then it waits. */
const REPLANS = 3;
/** Nodes and tenants of whose slices an instance remembers what it saw last. */
const REMEMBERED = 500;
const ABSENT = { expression: 'attribute_not_exists(pk)' } as const;

/** Thrown out of a transaction's retries: other slices may be free. */
class Replan extends Error {}

/** Slices as they were last seen; `fresh`: read just now, all of them. */
interface Seen {
  counters: Counter[];
  open: boolean;
  fresh: boolean;
}

const remembering = <Id>() => {
  const seen = new Map<Id, Seen>();
  return {
    get: (id: Id): Seen | undefined => {
      const found = seen.get(id);
      if (found !== undefined) found.fresh = false;
      return found;
    },
    keep: (id: Id, value: Seen): Seen => {
      seen.delete(id);
      seen.set(id, value);
      const [oldest] = seen.keys();
      if (seen.size > REMEMBERED && oldest !== undefined) seen.delete(oldest);
      return value;
    },
  };
};

const nodeCounter = (slice: number, item: Item): { counter: Counter; open: boolean } => {
  const { capacityBytes, takenBytes, open } = NodeSlice.parse(item);
  return { counter: { slice, limitBytes: capacityBytes, takenBytes }, open };
};

/** Takes from a slice while its limit is the one that was seen: DynamoDB adds nothing up in a condition. */
const fits = (limit: string): string => `${limit} = :limit AND takenBytes <= :room`;
const taking = ({ limitBytes }: Counter, bytes: number, index: number) => ({
  ':limit': limitBytes,
  ':room': limitBytes - bytes,
  ':bytes': bytes,
  // The object itself is counted in the first slice that it draws from.
  ':one': index === 0 ? 1 : 0,
});

const nodeTake = (node: NodeId, at: Instant, counter: Counter, bytes: number, index: number): Write => ({
  update: ofSystem(nodeSliceKey(node, counter.slice)),
  with: {
    update: 'SET takenBytes = takenBytes + :bytes, objects = objects + :one, lastGrantAt = :at',
    condition: `#open = :true AND ${fits('capacityBytes')}`,
    names: { '#open': 'open' },
    values: { ...taking(counter, bytes, index), ':true': true, ':at': at },
  },
});

const quotaTake = (tenant: TenantId, counter: Counter, bytes: number, index: number): Write => ({
  update: ofTenant(tenant, quotaSliceKey(counter.slice)),
  with: {
    update: 'SET takenBytes = takenBytes + :bytes, files = files + :one',
    condition: fits('limitBytes'),
    values: taking(counter, bytes, index),
  },
});

const takesOf = (
  draws: readonly Draw[],
  { counters }: Seen,
  take: (counter: Counter, bytes: number, index: number) => Write,
): Write[] =>
  draws.map(({ slice, bytes }, index) => {
    const counter = counters.find((each) => each.slice === slice);
    if (counter === undefined) throw new Error(`A draw of slice ${slice}, which is not there`);
    return take(counter, bytes, index);
  });

const taken = (seen: Seen, draws: readonly Draw[]): void => {
  for (const { slice, bytes } of draws)
    seen.counters = seen.counters.map((each) =>
      each.slice === slice ? { ...each, takenBytes: each.takenBytes + bytes } : each,
    );
};

export interface ReserveSpaceDeps {
  /** The whole table: a transaction takes items of the tenant and of the system. */
  readonly db: TenantDb;
  readonly quotas: (tenant: TenantId) => QuotaStore;
  readonly random: () => number;
}

/**
 * `SpaceStore.reserve`. It draws from the slices as they were last seen, because the conditions know better; a refusal says
 * which of them was wrong, and what is there. Only what was read anew and consistently can be the reason of a refusal.
 */
export const reserveSpace = ({ db, quotas, random }: ReserveSpaceDeps): SpaceStore['reserve'] => {
  const nodes = remembering<NodeId>();
  const tenants = remembering<TenantId>();

  const readNode = async (id: NodeId): Promise<Seen> => {
    const { pk } = ofSystem(nodeSliceKey(id, 0));
    const { items } = await db.query({ pk, sk: { beginsWith: 's#' }, consistent: true });
    const slices = items.map((item, slice) => nodeCounter(slice, item));
    const counters = slices.map(({ counter }) => counter);
    return nodes.keep(id, { counters, open: slices.length > 0 && slices.every(({ open }) => open), fresh: true });
  };
  const readQuota = async (tenant: TenantId) => {
    const quota = await quotas(tenant).ensure();
    return { quota, seen: tenants.keep(tenant, { counters: [...quota.counters], open: true, fresh: true }) };
  };

  return async (wanted, upload) => {
    const { nodeId, placementId, tenant, bytes, createdAt } = wanted;
    const isThere = async (): Promise<boolean> => {
      const key =
        upload === undefined ? ofSystem(placementKey(nodeId, placementId)) : ofTenant(tenant, uploadKey(upload.id));
      return (await db.get(key, { consistent: true })) !== undefined;
    };
    const refused = async (refusal: Reserved): Promise<Reserved> =>
      (await isThere()) ? { status: 'exists' } : refusal;

    let node = nodes.get(nodeId) ?? (await readNode(nodeId));
    let quota = upload === undefined ? undefined : (tenants.get(tenant) ?? (await readQuota(tenant)).seen);
    let replans = 0;
    const onConflict = async (): Promise<void> => {
      replans += 1;
      if (replans <= REPLANS) throw new Replan();
    };

    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const quotaDraws = quota === undefined ? [] : planDraws(quota.counters, bytes, random);
      if (quotaDraws === undefined) {
        const { quota: now, seen } = await readQuota(tenant);
        quota = seen;
        const { quotaBytes, takenBytes } = now;
        if (quotaBytes - takenBytes < bytes)
          return refused({ status: 'quota_exceeded', limitBytes: quotaBytes, takenBytes });
        // There is room, but the slices do not have it: they were emptied when the quota was below its use.
        if (planDraws(seen.counters, bytes, random) === undefined) {
          await quotas(tenant).layOut();
          quota = (await readQuota(tenant)).seen;
        }
        continue;
      }
      const draws = node.open ? planDraws(node.counters, bytes, random) : undefined;
      if (draws === undefined) {
        if (!node.fresh) {
          node = await readNode(nodeId);
          continue;
        }
        return refused({ status: node.open ? 'node_full' : 'node_closed' });
      }

      const placement: Placement = { ...wanted, draws: [...draws] };
      const head: Write[] = [
        { put: { ...placement, ...ofSystem(placementKey(nodeId, placementId)) }, condition: ABSENT },
        ...(upload === undefined ? [] : [{ put: uploadItem(tenant, upload, quotaDraws), condition: ABSENT }]),
      ];
      const ofNode = takesOf(draws, node, (...take) => nodeTake(nodeId, createdAt, ...take));
      const ofQuota = quota === undefined ? [] : takesOf(quotaDraws, quota, (...take) => quotaTake(tenant, ...take));
      try {
        await db.transact([...head, ...ofNode, ...ofQuota], { onConflict });
        taken(node, draws);
        if (quota !== undefined) taken(quota, quotaDraws);
        return { status: 'reserved', placement, quotaDraws };
      } catch (error) {
        if (error instanceof Replan) continue;
        if (!(error instanceof TransactionRefused)) throw error;
        if (error.reasons.slice(0, head.length).some(({ failed }) => failed)) return { status: 'exists' };
        const failures = error.reasons.slice(head.length);
        node = learnNode(node, draws, failures.slice(0, draws.length));
        if (quota !== undefined) quota = learnQuota(quota, quotaDraws, failures.slice(draws.length));
      }
    }
    throw temporarilyUnavailable('Too many uploads want the same space. Try again in a moment.', { retryAfter: 1 });

    function learnNode(seen: Seen, draws: readonly Draw[], reasons: TransactionRefused['reasons']): Seen {
      const learned = learn(draws, reasons, (slice, item) => nodeCounter(slice, item).counter);
      const isClosed = reasons.some(({ failed, item }) => failed && item?.['open'] !== true);
      return nodes.keep(nodeId, { counters: replaced(seen, learned), open: seen.open && !isClosed, fresh: false });
    }
    function learnQuota(seen: Seen, draws: readonly Draw[], reasons: TransactionRefused['reasons']): Seen {
      const learned = learn(draws, reasons, (slice, item) => {
        const { limitBytes, takenBytes } = QuotaSlice.parse(item);
        return { slice, limitBytes, takenBytes };
      });
      return tenants.keep(tenant, { counters: replaced(seen, learned), open: true, fresh: false });
    }
  };
};

/** What a refused transaction says of the slices that it would have drawn from; one that is gone has nothing. */
const learn = (
  draws: readonly Draw[],
  reasons: TransactionRefused['reasons'],
  read: (slice: number, item: Item) => Counter,
): Counter[] =>
  draws.flatMap(({ slice }, index) => {
    const reason = reasons[index];
    if (reason?.failed !== true) return [];
    return [reason.item === undefined ? { slice, limitBytes: 0, takenBytes: 0 } : read(slice, reason.item)];
  });

const replaced = ({ counters }: Seen, by: readonly Counter[]): Counter[] =>
  counters.map((each) => by.find(({ slice }) => slice === each.slice) ?? each);

const uploadItem = (tenant: TenantId, upload: Omit<Upload, 'quotaDraws'>, quotaDraws: readonly Draw[]): Item => ({
  ...upload,
  quotaDraws,
  ...ofTenant(tenant, uploadKey(upload.id)),
  ...dueMark(upload.id, upload.expiresAt),
});
