import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { ConditionFailed, type OpenTenantDb } from '../../lib/runtime/db.ts';
import { key } from '../../lib/runtime/keys.ts';
import { Actor, TenantId } from '../../lib/runtime/tenant.ts';
import { Visibility } from './model.ts';
import { type UploadId, uploadId } from './ids.ts';

/** A file that is fetched from a URL: an upload whose bytes the system itself brings. */
export const FetchJob = z.object({
  id: uploadId.schema,
  /** `completed` is told by the upload that it has become. */
  state: z.enum(['fetching', 'completed', 'failed']),
  url: z.string(),
  path: z.string(),
  overwrites: z.int().nullable(),
  visibility: Visibility,
  /** Null: what the source says. */
  contentType: z.string().nullable(),
  /** What the job's upload is derived from. */
  scope: z.string(),
  failure: z.object({ code: z.string(), detail: z.string() }).nullable(),
  /** The upload that brought the bytes. */
  uploadId: uploadId.schema.nullable(),
  requestHash: z.string(),
  actor: Actor,
  traceId: z.string(),
  createdAt: Instant,
});
export type FetchJob = z.output<typeof FetchJob>;

/** What is sent to the queue. */
export const FetchMessage = z.object({ tenant: TenantId, id: uploadId.schema });
export type FetchMessage = z.output<typeof FetchMessage>;

const jobKey = (id: UploadId) => ({ pk: key('upload', id), sk: 'fetch' });

export interface FetchJobs {
  /** The job that was there before, if there was one. */
  create(job: FetchJob): Promise<FetchJob | undefined>;
  find(id: UploadId): Promise<FetchJob | undefined>;
  /** Of a job that has ended, nothing changes. */
  end(id: UploadId, as: Pick<FetchJob, 'state'> & Partial<Pick<FetchJob, 'failure' | 'uploadId'>>): Promise<void>;
}
export type OpenFetchJobs = (tenant: TenantId) => FetchJobs;

export const dynamoFetchJobs =
  (open: OpenTenantDb): OpenFetchJobs =>
  (tenant) => {
    const db = open(tenant);
    const find = async (id: UploadId) => {
      const item = await db.get(jobKey(id), { consistent: true });
      return item === undefined ? undefined : FetchJob.parse(item);
    };
    return {
      find,
      create: async (job) => {
        try {
          await db.put({ ...jobKey(job.id), ...job }, { expression: 'attribute_not_exists(pk)' });
          return undefined;
        } catch (error) {
          if (error instanceof ConditionFailed) return FetchJob.parse(error.item);
          throw error;
        }
      },
      end: async (id, { state, failure, uploadId: became }) => {
        try {
          await db.update(jobKey(id), {
            update: 'SET #state = :state, failure = :failure, uploadId = :upload',
            condition: '#state = :fetching',
            names: { '#state': 'state' },
            values: {
              ':state': state,
              ':failure': failure ?? null,
              ':upload': became ?? null,
              ':fetching': 'fetching',
            },
          });
        } catch (error) {
          if (!(error instanceof ConditionFailed)) throw error;
        }
      },
    };
  };
