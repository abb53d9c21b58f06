import * as z from 'zod';
import { NodesEnv, StorageEnv } from './env.ts';

/** `MOVE_QUEUE` and `FAILED_MOVES` are URLs: of the queue of moves, and of the one where those wait that were given up. */
export const MoveObjectEnv = NodesEnv.extend({ MOVE_QUEUE: z.string(), FAILED_MOVES: z.string() });
export const RunDrainEnv = StorageEnv.extend({ MOVE_QUEUE: z.string() });
export const DrainNodeEnv = StorageEnv.extend({ DRAIN_MACHINE: z.string() });
