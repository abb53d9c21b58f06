import { abortUpload } from '../../functions/storage/abort-upload.ts';
import { activateNode } from '../../functions/storage/activate-node.ts';
import { beginUpload } from '../../functions/storage/begin-upload.ts';
import { bucketOf, isOurBucket, probeBucketOf } from '../../functions/storage/buckets.ts';
import { Reserve } from '../../functions/storage/calls.ts';
import { cancelDrain } from '../../functions/storage/cancel-drain.ts';
import { checkNode } from '../../functions/storage/check-node.ts';
import { completeUpload } from '../../functions/storage/complete-upload.ts';
import { createNode } from '../../functions/storage/create-node.ts';
import { secondsLeft } from '../../functions/storage/create-upload.ts';
import { deleteFile } from '../../functions/storage/delete-file.ts';
import { downloadFile } from '../../functions/storage/download-file.ts';
import { drainNode } from '../../functions/storage/drain-node.ts';
import { dynamoDrainStore } from '../../functions/storage/dynamo-drain-store.ts';
import { dynamoFiles } from '../../functions/storage/dynamo-file-store.ts';
import { dynamoMoveDirectory } from '../../functions/storage/dynamo-move-directory.ts';
import { dynamoQuotas } from '../../functions/storage/dynamo-quotas.ts';
import { dynamoSpace } from '../../functions/storage/dynamo-space-store.ts';
import { bucketEnsurer } from '../../functions/storage/ensure-bucket.ts';
import { dynamoFetchJobs } from '../../functions/storage/fetch-job.ts';
import { forgetVersion } from '../../functions/storage/forget-version.ts';
import type { Upload } from '../../functions/storage/model.ts';
import { getUpload } from '../../functions/storage/get-upload.ts';
import { type DrainId, type NodeId, placementId, type PlacementId } from '../../functions/storage/ids.ts';
import { listFiles } from '../../functions/storage/list-files.ts';
import { moveObject } from '../../functions/storage/move-object.ts';
import type { MoveTask } from '../../functions/storage/move-task.ts';
import { nodeChoice } from '../../functions/storage/node-choice.ts';
import type { OpenNode } from '../../functions/storage/node-client.ts';
import { failureReports, nodeHealth } from '../../functions/storage/node-health.ts';
import { probeNodes } from '../../functions/storage/probe-nodes.ts';
import { recentNodes } from '../../functions/storage/recent-nodes.ts';
import { reserve } from '../../functions/storage/reserve.ts';
import { restoreVersion } from '../../functions/storage/restore-version.ts';
import { retirementKey } from '../../functions/storage/drain-keys.ts';
import { retireNode } from '../../functions/storage/retire-node.ts';
import { runDrain } from '../../functions/storage/run-drain.ts';
import { setQuota } from '../../functions/storage/set-quota.ts';
import { setReadOnly } from '../../functions/storage/set-read-only.ts';
import { signParts } from '../../functions/storage/sign-parts.ts';
import { moved } from '../../functions/storage/transitions.ts';
import { sweep } from '../../functions/storage/sweep.ts';
import { updateNode } from '../../functions/storage/update-node.ts';
import type { DynamoDb } from '../../lib/runtime/clients/dynamodb.ts';
import { systemDb, tenantDb, wholeDb } from '../../lib/runtime/db.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';

const STAGE = 'prove';

/** The ports behind the use cases. Each call of each waits for its turn. */
export interface Ports {
  readonly client: DynamoDb;
  readonly table: string;
  readonly openNode: OpenNode;
  /** The queue of moves, and that of moves that were given up. */
  readonly queue: {
    send(tasks: readonly MoveTask[]): Promise<void>;
    giveUp(task: MoveTask, failure: string): Promise<void>;
  };
  /** Starts the workflow of one run of a drain. */
  readonly startDrain: (drain: DrainId, run: number) => Promise<void>;
  readonly now: () => Date;
  readonly random: () => number;
  /** The sweep could not do something. */
  readonly onFailure: (due: unknown, error: unknown) => void;
}

/** The storage domain's own use cases, wired as its functions wire them. */
export const usesOf = ({ client, table, openNode, queue, startDrain, now, random, onFailure }: Ports) => {
  let ids = 0;
  const newPlacementId = (): PlacementId => placementId.derive(`${random()}`, String((ids += 1)));
  const system = systemDb(client, table);
  const whole = wholeDb(client, table);
  const files = dynamoFiles(tenantDb(client, table));
  const space = dynamoSpace({ client, table, random });
  const drains = dynamoDrainStore(system);
  const directory = dynamoMoveDirectory(client, table, whole);
  const health = nodeHealth({ nodes: space, now });
  const reportFailure = failureReports(space, health);
  const node = recentNodes(space, now);
  const buckets = (tenant: TenantId, id: NodeId) => bucketOf(STAGE, tenant, id);
  const probe = async (target: Parameters<typeof openNode>[0]) => {
    const { skewMs } = await checkNode(openNode(target), probeBucketOf(STAGE, target.id), now);
    return { ok: true as const, skewMs, capabilities: { checksums: true, partChecksums: true, tellsChecksum: true } };
  };
  const open = tenantDb(client, table);
  const choice = nodeChoice({ space, now, random });
  const reserveCall = reserve({
    space,
    choice,
    quotas: (tenant) => dynamoQuotas(open(tenant)),
    upload: (tenant, id) => files(tenant).upload(id),
    bucketOf: buckets,
    newPlacementId,
    now,
  });
  const sweepAll = sweep({
    space,
    files,
    forget: (tenant, version) => forgetVersion(open(tenant))(version),
    openNode,
    maxSingleBytes: 0,
    now,
    onFailure,
  });
  return {
    begin: beginUpload({
      files,
      reserve: async ({ tenant, traceId }, input) => {
        if (tenant === undefined) throw new Error('A reservation for nobody');
        return Reserve.output.parse(await reserveCall({ tenant, traceId }, Reserve.input.parse(input)));
      },
      space,
      node,
      openNode,
      ensureBucket: bucketEnsurer(files, openNode),
      reportFailure,
      now,
    }),
    /** What the announcement of an upload answers with. */
    signPut: async (upload: Upload, sha256: string) => {
      const home = await node(upload.place.nodeId);
      const seconds = secondsLeft(upload, home.lifetimes.putSeconds, now());
      const { place, size, contentType } = upload;
      return openNode(home).signPut({ ...place, size, sha256, contentType, seconds });
    },
    signParts: signParts({ files, node, openNode, now }),
    completeUpload: completeUpload({ files, space, node, openNode, now }),
    abortUpload: abortUpload({ files, space, now }),
    deleteFile: deleteFile({ files, now }),
    restoreVersion: restoreVersion({ files, now }),
    downloadFile: downloadFile({ files, node, openNode }),
    listFiles: listFiles({ files }),
    createNode: createNode({
      nodes: space,
      secrets: async () => undefined,
      addressesOf: async () => ['203.0.113.1'],
      awsIsLocal: true,
      now,
    }),
    activateNode: activateNode({ nodes: space, probe, now }),
    setReadOnly: setReadOnly({ nodes: space, now }),
    updateNode: updateNode({ nodes: space, probe, now }),
    drainNode: drainNode({ space, drains, start: ({ id, run }) => startDrain(id, run), now }),
    cancelDrain: cancelDrain({ space, drains, now }),
    runDrain: runDrain({
      space,
      drains,
      directory,
      send: queue.send,
      setDrained: (drained) => space.changeNode(drained, moved(drained, { to: 'drained' }, now)),
      now,
    }),
    moveObject: moveObject({
      space,
      directory,
      open: openNode,
      choose: async (wish) => {
        const chosen = (await choice.choose(wish)) ?? (await choice.look(wish));
        if (typeof chosen === 'string') return undefined;
        choice.gave(chosen, wish.bytes);
        return chosen;
      },
      reportFailure,
      bucketOf: buckets,
      newPlacementId,
      giveUp: queue.giveUp,
      now,
    }),
    retireNode: retireNode({
      space,
      open: openNode,
      isOurs: (bucket, target) => isOurBucket(STAGE, bucket, target.id),
      keepProof: (proof) => system.put({ ...retirementKey(proof.nodeId), ...proof }),
      now,
    }),
    getUpload: getUpload({ files, jobs: dynamoFetchJobs(open), node, openNode, now }),
    setQuota: setQuota({ quotas: (tenant) => dynamoQuotas(open(tenant)) }),
    probeNodes: probeNodes({
      nodes: space,
      check: (target) => checkNode(openNode(target), probeBucketOf(STAGE, target.id), now),
      health,
      tell: () => undefined,
    }),
    sweep: () => sweepAll(() => true),
  };
};
export type Uses = ReturnType<typeof usesOf>;
