import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError, isError } from '../../lib/runtime/errors.ts';
import { type BeginDeps, beginUpload } from './begin-upload.ts';
import type { FetchJob, FetchMessage, OpenFetchJobs } from './fetch-job.ts';
import { type FinishDeps, finishUpload } from './finish-upload.ts';
import { type Source, sourceFailed, type SourceOptions } from './http-source.ts';
import { ContentType } from './serving.ts';
import { refusalOf } from './upload-view.ts';

/** What the disk of a function takes twice. */
export const MAX_FETCH_BYTES = 256 * 1024 ** 2;
/** A source that fails is asked so often in all. */
const TRIES = 3;

interface Staged {
  readonly sha256: string;
  readonly size: number;
  readonly file: string;
}

type Deps = BeginDeps &
  FinishDeps & {
    readonly jobs: OpenFetchJobs;
    readonly openSource: (url: string, options: Pick<SourceOptions, 'maxBytes'>) => Promise<Source>;
  };

/**
 * Writes a source to a file, because its sha256 must be known before the first byte is sent on.
 * @throws source_failed when the source breaks off, or has another length than it said
 */
const stage = async (source: Source, file: string): Promise<Staged> => {
  const hash = createHash('sha256');
  let size = 0;
  const handle = await open(file, 'w');
  try {
    for await (const chunk of source.body) {
      size += chunk.byteLength;
      if (size > source.size) break;
      hash.update(chunk);
      await handle.write(chunk);
    }
  } catch (cause) {
    throw sourceFailed(`The source broke off after ${size} of ${source.size} bytes.`, { cause });
  } finally {
    source.close();
    await handle.close();
  }
  if (size !== source.size) throw sourceFailed(`The source said ${source.size} bytes, and sent ${size} or more.`);
  return { sha256: hash.digest('hex'), size, file };
};

/** Fetches what a job names, and makes it a file like any upload. Done twice, it is done once. */
export const fetchUrl = (deps: Deps) => {
  const begin = beginUpload(deps);
  const finish = finishUpload(deps);
  const { jobs, openSource, node, openNode, now } = deps;

  const fetched = async (url: string, file: string): Promise<Staged & { readonly contentType: string | null }> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const source = await openSource(url, { maxBytes: MAX_FETCH_BYTES });
        return { ...(await stage(source, file)), contentType: source.contentType };
      } catch (error) {
        if (attempt === TRIES || !isError(error, sourceFailed)) throw error;
      }
    }
  };

  const store = async (job: FetchJob, tenant: FetchMessage['tenant'], file: string) => {
    const { size, sha256, contentType } = await fetched(job.url, file);
    const said = ContentType.safeParse(contentType);
    const { upload } = await begin({
      tenant,
      // Another content is another upload: the source may have changed between two tries.
      scope: `${job.scope}/${sha256}`,
      path: job.path,
      overwrites: job.overwrites ?? undefined,
      size,
      sha256,
      contentType: job.contentType ?? (said.success ? said.data : 'application/octet-stream'),
      visibility: job.visibility,
      plan: { parts: 0, partSize: 0 },
      requestHash: job.requestHash,
      actor: job.actor,
      traceId: job.traceId,
    });
    if (refusalOf(upload, now()) === undefined) {
      const { contentType: type, place } = upload;
      const client = openNode(await node(place.nodeId));
      await client.put({ ...place, size, sha256, contentType: type, body: createReadStream(file) });
    }
    await finish(tenant, upload.id);
    return upload.id;
  };

  return async ({ tenant, id }: FetchMessage): Promise<'completed' | 'failed' | 'ended before'> => {
    const job = await jobs(tenant).find(id);
    if (job?.state !== 'fetching') return 'ended before';
    const directory = await mkdtemp(join(tmpdir(), 'fetch-'));
    try {
      const uploadId = await store(job, tenant, join(directory, 'file'));
      await jobs(tenant).end(id, { state: 'completed', uploadId });
      return 'completed';
    } catch (error) {
      // What is only busy comes again with the message.
      const isFinal = error instanceof AppError && (error.status < 500 || isError(error, sourceFailed));
      if (!isFinal) throw error;
      await jobs(tenant).end(id, { state: 'failed', failure: { code: error.code, detail: error.message } });
      return 'failed';
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  };
};
