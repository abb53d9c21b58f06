import { abortUploadRoute } from '../../functions/storage/abort-upload.ts';
import { Reserve } from '../../functions/storage/calls.ts';
import { completeUploadRoute } from '../../functions/storage/complete-upload.ts';
import { createUploadRoute } from '../../functions/storage/create-upload.ts';
import { deleteFileRoute } from '../../functions/storage/delete-file.ts';
import { downloadFileRoute } from '../../functions/storage/download-file.ts';
import { StorageEnv } from '../../functions/storage/env.ts';
import { FilesOnNodesEnv, NewFilesEnv, UploadFromUrlEnv } from '../../functions/storage/file-env.ts';
import { getFileRoute } from '../../functions/storage/get-file.ts';
import { getPublicFileRoute } from '../../functions/storage/get-public-file.ts';
import { getQuotaRoute } from '../../functions/storage/get-quota.ts';
import { getUploadRoute } from '../../functions/storage/get-upload.ts';
import { getUsageRoute } from '../../functions/storage/get-usage.ts';
import { listFilesRoute } from '../../functions/storage/list-files.ts';
import { listVersionsRoute } from '../../functions/storage/list-versions.ts';
import { PUBLIC } from '../../functions/storage/keys.ts';
import { restoreVersionRoute } from '../../functions/storage/restore-version.ts';
import { setQuotaRoute } from '../../functions/storage/set-quota.ts';
import { signPartsRoute } from '../../functions/storage/sign-parts.ts';
import { uploadFromUrlRoute } from '../../functions/storage/upload-from-url.ts';
import {
  allOf,
  circuits,
  invokes,
  reads,
  sends,
  systemItems,
  writes,
  type WriteOperation,
} from '../../lib/constructs/bind.ts';
import { circuitAlarm } from '../../lib/constructs/circuit-alarm.ts';
import type { ApiRoute } from '../../lib/constructs/domain-api.ts';
import { domainStackOf } from '../../lib/constructs/domain-stack.ts';
import { WorkQueue } from '../../lib/constructs/work-queue.ts';
import type { StorageScope } from './storage-scope.ts';

type Operations = readonly [WriteOperation, ...WriteOperation[]];

/** Fetching 256 MiB and storing it takes its time. */
const FETCH_SECONDS = 120;

/** The tenants' files: uploads, versions, downloads, usage and quotas. */
export const fileFunctions = ({ scope, fn, table, nodes }: StorageScope): ApiRoute[] => {
  const { NODE_SECRETS } = nodes;
  /** On the tenant's items alone. */
  const onFiles = (name: string, ...operations: Operations) =>
    fn(name, { env: StorageEnv, bind: { STORAGE_TABLE: writes(table, ...operations) } });
  /** The tenant's items, and the nodes and placements of the system. */
  const both = (ofTenant: Operations, ofSystem: Operations) =>
    allOf(writes(table, ...ofTenant), systemItems(table, ...ofSystem));
  const onNodes = (name: string, ofTenant: Operations, ofSystem: Operations, timeoutSeconds = 28) =>
    fn(name, {
      env: FilesOnNodesEnv,
      bind: { STORAGE_TABLE: both(ofTenant, ofSystem), NODE_SECRETS },
      timeoutSeconds,
    });
  const OPERATORS = 'Operators work on any tenant.';
  const onQuotas = (name: string, ...operations: Operations) =>
    fn(name, {
      env: StorageEnv,
      bind: { STORAGE_TABLE: writes(table, ...operations) },
      acrossTenants: OPERATORS,
    });

  circuitAlarm(domainStackOf(scope));
  const tasks = new WorkQueue(scope, 'Fetches', {
    failedMeans: 'Files that could not be fetched by their URLs, however often it was tried',
    timeoutSeconds: FETCH_SECONDS,
    lateMinutes: 15,
  });
  tasks.workedBy({
    fn: fn('fetch-url', {
      env: NewFilesEnv,
      bind: {
        STORAGE_TABLE: allOf(writes(table, 'get', 'query', 'put', 'update'), circuits(table)),
        NODE_SECRETS,
        RESERVE_FUNCTION: invokes(Reserve),
      },
      timeoutSeconds: FETCH_SECONDS,
      acrossTenants: 'Its queue holds tasks of many tenants.',
    }),
    batch: 1,
    concurrency: 10,
  });
  onFiles('describe-files', 'batchGet');

  return [
    {
      route: createUploadRoute,
      fn: fn('create-upload', {
        env: NewFilesEnv,
        bind: {
          STORAGE_TABLE: allOf(both(['get', 'put', 'update'], ['get', 'update']), circuits(table)),
          NODE_SECRETS,
          RESERVE_FUNCTION: invokes(Reserve),
        },
        timeoutSeconds: 28,
      }),
    },
    {
      route: uploadFromUrlRoute,
      fn: fn('upload-from-url', {
        env: UploadFromUrlEnv,
        bind: { STORAGE_TABLE: writes(table, 'get', 'put'), FETCH_QUEUE: sends(tasks.queue) },
      }),
    },
    { route: getUploadRoute, fn: onNodes('get-upload', ['get'], ['get']) },
    {
      route: abortUploadRoute,
      fn: fn('abort-upload', {
        env: StorageEnv,
        bind: { STORAGE_TABLE: both(['get', 'update'], ['update']) },
      }),
    },
    { route: signPartsRoute, fn: onNodes('sign-parts', ['get', 'update'], ['get']) },
    {
      route: completeUploadRoute,
      fn: onNodes('complete-upload', ['get', 'batchGet', 'query', 'put', 'update'], ['get', 'update']),
    },
    { route: listFilesRoute, fn: onFiles('list-files', 'query', 'batchGet') },
    { route: getFileRoute, fn: onFiles('get-file', 'get') },
    { route: deleteFileRoute, fn: onFiles('delete-file', 'get', 'query', 'update', 'delete') },
    { route: downloadFileRoute, fn: onNodes('download-file', ['get'], ['get']) },
    { route: listVersionsRoute, fn: onFiles('list-versions', 'get', 'query') },
    { route: restoreVersionRoute, fn: onFiles('restore-version', 'get', 'update', 'check') },
    {
      route: getPublicFileRoute,
      fn: fn('get-public-file', {
        env: FilesOnNodesEnv,
        bind: { STORAGE_TABLE: reads(table, 'get', `query:${PUBLIC.name}`), NODE_SECRETS },
        acrossTenants: 'A public address names a file, not its shop, and needs no credential.',
      }),
    },
    { route: getUsageRoute, fn: onFiles('get-usage', 'query') },
    { route: getQuotaRoute, fn: onQuotas('get-quota', 'query') },
    { route: setQuotaRoute, fn: onQuotas('set-quota', 'query', 'put', 'update') },
  ];
};
