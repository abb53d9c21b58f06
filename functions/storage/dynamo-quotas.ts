import { type Item, type TenantDb, TransactionRefused, type Write } from '../../lib/runtime/db.ts';
import { temporarilyUnavailable } from '../../lib/runtime/errors.ts';
import { quotaKey, quotaSliceKey } from './keys.ts';
import { DEFAULT_QUOTA, limitsOf, type Quota, QuotaSettings, QuotaSlice, slicesFor } from './quota.ts';

/** Uploads that came between the reading of the slices and the change of their limits. */
const ATTEMPTS = 20;
const ABSENT = { expression: 'attribute_not_exists(pk)' } as const;

/** The quota of the tenant for whom the table is opened. */
export interface QuotaStore {
  /** Undefined: the tenant has none yet. */
  read(): Promise<Quota | undefined>;
  /** The quota; the default one from now on when there is none. */
  ensure(): Promise<Quota>;
  /** A quota below its use is fine: nothing new is taken until it is above. Undefined: it was changed meanwhile. */
  change(was: Quota, to: Partial<Pick<QuotaSettings, 'quotaBytes' | 'pool'>>): Promise<Quota | undefined>;
  /** Divides anew what is free, after a quota was below its use. False: it was changed meanwhile. */
  layOut(): Promise<boolean>;
}

const parse = (items: readonly Item[]): Quota | undefined => {
  const settings = items.find(({ sk }) => sk === quotaKey.sk);
  if (settings === undefined) return undefined;
  const slices = items.filter((item) => item !== settings).map((item) => QuotaSlice.parse(item));
  return {
    ...QuotaSettings.parse(settings),
    takenBytes: slices.reduce((sum, { takenBytes }) => sum + takenBytes, 0),
    files: slices.reduce((sum, { files }) => sum + files, 0),
    counters: slices.map(({ limitBytes, takenBytes }, slice) => ({ slice, limitBytes, takenBytes })),
  };
};

/** The slices as they are to be; a limit is set only while no more is taken. */
const sliceWrites = (quotaBytes: number, slices: number, { counters }: Pick<Quota, 'counters'>): Write[] => {
  const taken = Array.from({ length: slices }, (_, slice) => counters[slice]?.takenBytes ?? 0);
  const isBelowUse = quotaBytes < taken.reduce((sum, bytes) => sum + bytes, 0);
  return limitsOf(quotaBytes, taken).map((limitBytes, slice): Write => {
    if (slice >= counters.length) {
      const made: QuotaSlice = { limitBytes, takenBytes: 0, files: 0 };
      return { put: { ...quotaSliceKey(slice), ...made }, condition: ABSENT };
    }
    return {
      update: quotaSliceKey(slice),
      with: {
        update: 'SET limitBytes = :limit',
        condition: isBelowUse ? 'attribute_exists(pk)' : 'takenBytes <= :limit',
        values: { ':limit': limitBytes },
      },
    };
  });
};

/** Quotas as items of a tenant: `dynamoQuotas(tenantDb(client, STORAGE_TABLE)(tenant))`. */
export const dynamoQuotas = (db: TenantDb): QuotaStore => {
  const read = async () => parse((await db.query({ pk: quotaKey.pk, consistent: true })).items);
  const expected = async (): Promise<Quota> => {
    const quota = await read();
    if (quota === undefined) throw new Error('A quota that was there is gone');
    return quota;
  };
  /** The settings and all slices at once, read again while uploads get in between. */
  const write = async (
    was: Quota,
    settings: Write,
    becomes: Pick<QuotaSettings, 'quotaBytes' | 'slices'>,
  ): Promise<boolean> => {
    let seen = was;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      try {
        await db.transact([settings, ...sliceWrites(becomes.quotaBytes, becomes.slices, seen)]);
        return true;
      } catch (error) {
        if (!(error instanceof TransactionRefused)) throw error;
        if (error.reasons[0]?.failed === true) return false;
        seen = await expected();
      }
    }
    throw temporarilyUnavailable('Too many uploads use the quota that is to be changed. Try again in a moment.', {
      retryAfter: 1,
    });
  };
  const seenVersion = ({ version }: Quota) => ({
    expression: '#version = :was',
    names: { '#version': 'version' },
    values: { ':was': version },
  });

  return {
    read,
    ensure: async () => {
      const there = await read();
      if (there !== undefined) return there;
      const slices = slicesFor(DEFAULT_QUOTA.quotaBytes);
      const settings: QuotaSettings = { ...DEFAULT_QUOTA, slices, version: 1 };
      try {
        await db.transact([
          { put: { ...quotaKey, ...settings }, condition: ABSENT },
          ...sliceWrites(settings.quotaBytes, slices, { counters: [] }),
        ]);
      } catch (error) {
        if (!(error instanceof TransactionRefused)) throw error;
      }
      return expected();
    },

    change: async (was, to) => {
      const quotaBytes = to.quotaBytes ?? was.quotaBytes;
      const slices = Math.max(was.slices, slicesFor(quotaBytes));
      const { expression, names, values } = seenVersion(was);
      const settings: Write = {
        update: quotaKey,
        with: {
          update: 'SET quotaBytes = :bytes, slices = :slices, #pool = :pool, #version = :next',
          condition: expression,
          names: { ...names, '#pool': 'pool' },
          values: {
            ...values,
            ':bytes': quotaBytes,
            ':slices': slices,
            ':pool': to.pool ?? was.pool,
            ':next': was.version + 1,
          },
        },
      };
      return (await write(was, settings, { quotaBytes, slices })) ? expected() : undefined;
    },

    layOut: async () => {
      const was = await expected();
      const { expression, names, values } = seenVersion(was);
      // Nothing changes; it only has to be the quota that was read.
      return write(
        was,
        { update: quotaKey, with: { update: 'SET #version = :was', condition: expression, names, values } },
        was,
      );
    },
  };
};
