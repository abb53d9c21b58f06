import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { conflict, defineError, versionMismatch } from '../../lib/runtime/errors.ts';
import type { DrainId } from './ids.ts';
import type { NodeState, StorageNode } from './node.ts';

export const nodeNotFound = defineError('node_not_found', 404, 'There is no such storage node');

/**
 * Every legal move of a node, and no other. `down` and the way back are the breaker's; what a node was before it went
 * down is the only state that it comes back to.
 */
export const MOVES_OF_NODES: Readonly<Record<NodeState, readonly NodeState[]>> = {
  joining: ['active', 'retired'],
  active: ['read-only', 'draining', 'down'],
  'read-only': ['active', 'draining', 'down'],
  draining: ['active', 'drained', 'down'],
  drained: ['active', 'retired'],
  down: ['active', 'read-only', 'draining'],
  retired: [],
};

/** What an operator does next with a node of this state that cannot become what was asked for. */
const ADVICE: Readonly<Record<NodeState, string>> = {
  joining: 'Activate it first: it is probed then.',
  active: 'Drain it first.',
  'read-only': 'Activate it, or drain it.',
  draining: 'Wait for the end of the drain, or cancel it.',
  drained: 'Activate it, or retire it.',
  down: 'It does not answer. It becomes what it was as soon as it does; see to its server and its credentials.',
  retired: 'A retired node is forgotten for good: add it anew under another name.',
};

export const isLegalMove = (node: Pick<StorageNode, 'state' | 'before'>, to: NodeState): boolean =>
  MOVES_OF_NODES[node.state].includes(to) && (node.state !== 'down' || node.before === to);

/** What a node is after a move. `drain` is kept while its objects move, also when it is down meanwhile. */
export interface Change {
  readonly to: NodeState;
  /** The drain that begins. */
  readonly drain?: DrainId;
}

/**
 * The node after a legal move: the next epoch, in the new state.
 * @throws conflict for an illegal one, with what can be done
 */
export const moved = (node: StorageNode, { to, drain }: Change, now: Clock): StorageNode => {
  if (!isLegalMove(node, to)) {
    throw conflict(`The node ${node.name} is ${node.state} and cannot become ${to}. ${ADVICE[node.state]}`, {
      extensions: { state: node.state },
    });
  }
  const at = toInstant(now());
  const keepsDrain = to === 'down' || node.state === 'down' || to === 'drained';
  const begins = to === 'active' && (node.state === 'joining' || node.state === 'drained');
  return {
    ...node,
    state: to,
    before: to === 'down' ? node.state : null,
    drain: to === 'draining' && drain !== undefined ? drain : keepsDrain ? node.drain : null,
    activatedAt: begins ? at : node.activatedAt,
    epoch: node.epoch + 1,
    updatedAt: at,
  };
};

/** @throws version_mismatch when the caller read another epoch: somebody else was first */
export const requireEpoch = (node: StorageNode, ifMatch: number | undefined): void => {
  if (ifMatch === undefined || ifMatch === node.epoch) return;
  throw changedMeanwhile(node);
};

export const changedMeanwhile = (node: StorageNode) =>
  versionMismatch(`The node ${node.name} was changed meanwhile. Read it again, then decide anew.`);
