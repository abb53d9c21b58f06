import { cancelDrainRoute } from '../../functions/storage/cancel-drain.ts';
import { drainNodeRoute } from '../../functions/storage/drain-node.ts';
import { DrainNodeEnv, MoveObjectEnv, RunDrainEnv } from '../../functions/storage/drain-env.ts';
import { NodesEnv, StorageEnv } from '../../functions/storage/env.ts';
import { getDrainRoute } from '../../functions/storage/get-drain.ts';
import { listMovesRoute } from '../../functions/storage/list-moves.ts';
import { MOVE_TIMEOUT_SECONDS } from '../../functions/storage/move-task.ts';
import { reportOrphansRoute } from '../../functions/storage/report-orphans.ts';
import { retireNodeRoute } from '../../functions/storage/retire-node.ts';
import { machineRef, reads, sends, starts, systemItems, writes } from '../../lib/constructs/bind.ts';
import type { ApiRoute } from '../../lib/constructs/domain-api.ts';
import { WorkQueue } from '../../lib/constructs/work-queue.ts';
import { DRAIN_MACHINE_NAME, DrainWorkflow } from '../drain-workflow.ts';
import type { StorageScope } from './storage-scope.ts';

/** Objects that an invocation moves at once, and such invocations at once: enough to fill a line, few enough to spare the nodes. */
const MOVES_IN_A_BATCH = 5;
const BATCHES_AT_ONCE = 8;
/** A node of a million objects takes some hours; a move that waits for days waits for something else. */
const LATE_MINUTES = 2 * 24 * 60;

/** Ways to emptiness: drains with their moves, retirement, and what is where nobody knows of it. */
export const drainFunctions = ({ scope, fn, table, nodes }: StorageScope): ApiRoute[] => {
  const moves = new WorkQueue(scope, 'Moves', {
    failedMeans: 'Objects that a drain could not move: they are readable where they are',
    timeoutSeconds: MOVE_TIMEOUT_SECONDS,
    lateMinutes: LATE_MINUTES,
  });
  const mover = fn('move-object', {
    env: MoveObjectEnv,
    bind: {
      STORAGE_TABLE: writes(table, 'get', 'batchGet', 'query', 'put', 'update', 'check'),
      ...nodes,
      MOVE_QUEUE: sends(moves.queue),
      FAILED_MOVES: sends(moves.failed),
    },
    timeoutSeconds: MOVE_TIMEOUT_SECONDS,
    memoryMb: 1024,
    acrossTenants: 'It moves objects of all tenants; its queue says whose.',
  });
  moves.workedBy({ fn: mover, batch: MOVES_IN_A_BATCH, concurrency: BATCHES_AT_ONCE });
  fn('run-drain', {
    env: RunDrainEnv,
    bind: {
      STORAGE_TABLE: writes(table, 'get', 'batchGet', 'query', 'query:moves', 'put', 'update'),
      MOVE_QUEUE: sends(moves.queue),
    },
    timeoutSeconds: 60,
    acrossTenants: 'It looks after the moves of all tenants that are on one node.',
  });
  new DrainWorkflow(scope, 'Drain');

  return [
    {
      route: drainNodeRoute,
      fn: fn('drain-node', {
        env: DrainNodeEnv,
        bind: {
          STORAGE_TABLE: systemItems(table, 'get', 'batchGet', 'query', 'put', 'update'),
          DRAIN_MACHINE: starts(machineRef('storage', DRAIN_MACHINE_NAME)),
        },
      }),
    },
    {
      route: cancelDrainRoute,
      fn: fn('cancel-drain', {
        env: StorageEnv,
        bind: { STORAGE_TABLE: systemItems(table, 'get', 'batchGet', 'put', 'update') },
      }),
    },
    {
      route: getDrainRoute,
      fn: fn('get-drain', {
        env: StorageEnv,
        bind: { STORAGE_TABLE: reads(table, 'get', 'batchGet', 'query:moves') },
        acrossTenants: 'An operator asks for the moves of a drain, which are of many tenants.',
      }),
    },
    {
      route: listMovesRoute,
      fn: fn('list-moves', {
        env: StorageEnv,
        bind: { STORAGE_TABLE: reads(table, 'batchGet', 'query:moves') },
        acrossTenants: 'An operator asks for the moves of a drain, which are of many tenants.',
      }),
    },
    {
      route: retireNodeRoute,
      fn: fn('retire-node', {
        env: NodesEnv,
        bind: { STORAGE_TABLE: systemItems(table, 'get', 'query', 'put', 'update', 'delete'), ...nodes },
        timeoutSeconds: 28,
      }),
    },
    {
      route: reportOrphansRoute,
      fn: fn('report-orphans', {
        env: NodesEnv,
        bind: { STORAGE_TABLE: reads(table, 'get', 'query'), ...nodes },
        timeoutSeconds: 28,
        acrossTenants: 'An operator compares a node with the files of all tenants on it.',
      }),
    },
  ];
};
