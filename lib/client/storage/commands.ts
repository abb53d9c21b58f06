import * as z from 'zod';
import { call } from '../expect-status.ts';
import { drainEnd, DrainProgress, progressLine } from './drain-progress.ts';
import { bytesText, durationText } from './figures.ts';
import { changeNode, type DetailedNode, findNode, getNode, listNodes, type Operator, ShownNode } from './nodes.ts';
import { nodesTable, tableOf } from './tables.ts';

/** Where a command writes, and how it waits. */
export interface Terminal {
  readonly print: (line: string) => void;
  /** A line that takes the place of the one before. */
  readonly show: (line: string) => void;
  readonly pause: () => Promise<void>;
  readonly now: () => Date;
}
export interface Session extends Operator {
  readonly terminal: Terminal;
}

export const showNodes = async (session: Session): Promise<void> => {
  const nodes = await Promise.all((await listNodes(session)).map(({ id }) => getNode(session, id)));
  session.terminal.print(nodesTable(nodes, session.terminal.now()));
};

const ACTIONS = { activate: 'takes objects', 'read-only': 'takes nothing more' } as const;
export type Action = keyof typeof ACTIONS;

export const changeState = async (session: Session, name: string, action: Action): Promise<void> => {
  const node = await changeNode(session, ShownNode, await findNode(session, name), action);
  session.terminal.print(`${node.name} is ${node.state}: it ${ACTIONS[action]}.`);
};

const Plan = z.looseObject({
  objects: z.number(),
  bytes: z.number(),
  roomBytes: z.number(),
  missingBytes: z.number(),
  targets: z.array(z.looseObject({ name: z.string(), freeBytes: z.number() })),
  seconds: z.number().nullable(),
});
const DrainAnswer = z.looseObject({ plan: Plan, drain: DrainProgress.nullable() });

const planText = (name: string, plan: z.output<typeof Plan>): string =>
  [
    `${name} has ${plan.objects} objects, ${bytesText(plan.bytes)}.`,
    `Room elsewhere: ${bytesText(plan.roomBytes)}${plan.targets.length === 0 ? '' : ` on ${plan.targets.map(({ name: other }) => other).join(', ')}`}.`,
    ...(plan.missingBytes === 0 ? [] : [`Missing: ${bytesText(plan.missingBytes)}.`]),
    ...(plan.seconds === null ? [] : [`By the last drain's rate it takes ${durationText(plan.seconds)}.`]),
  ].join(' ');

/** Shows how far a drain is until it is at its end. @returns whether the node is empty */
export const watchDrain = async (session: Session, node: Pick<ShownNode, 'id' | 'name'>): Promise<boolean> => {
  const { api, credential, terminal } = session;
  for (;;) {
    const path = `/v1/storage/nodes/${node.id}/drain`;
    const progress = await call(api, DrainProgress, 'GET', path, { credential });
    terminal.show(progressLine(progress));
    if (progress.state !== 'running') {
      terminal.print('');
      terminal.print(drainEnd(node.name, progress));
      return progress.state === 'drained';
    }
    await terminal.pause();
  }
};

export const drainNode = async (
  session: Session,
  name: string,
  { dryRun, watch }: { readonly dryRun: boolean; readonly watch: boolean },
): Promise<boolean> => {
  const node = await findNode(session, name);
  // Whoever looks on at a drain that runs already begins no other.
  if (node.state !== 'draining' || dryRun) {
    const { plan } = await changeNode(session, DrainAnswer, node, 'drain', { dryRun });
    session.terminal.print(planText(node.name, plan));
    if (dryRun) return true;
  }
  if (watch) return watchDrain(session, node);
  session.terminal.print(`${node.name} drains. See how far it is: npm run storage -- drain ${node.name} --watch`);
  return true;
};

export const cancelDrain = async (session: Session, name: string): Promise<void> => {
  const node = await findNode(session, name);
  const { moved } = await changeNode(session, DrainProgress, node, 'cancel-drain');
  session.terminal.print(`${node.name} is active again; ${moved.objects} objects had moved and stay where they are.`);
};

const Moves = z.looseObject({
  items: z.array(
    z.looseObject({
      fileId: z.string(),
      number: z.number(),
      size: z.number(),
      state: z.string(),
      attempts: z.number(),
      failure: z.string().nullable(),
    }),
  ),
  next: z.string().nullable(),
});

/** The moves of the newest drain of a node, those that failed first of all. */
export const showMoves = async (session: Session, name: string): Promise<void> => {
  const { api, credential, terminal } = session;
  const node = await findNode(session, name);
  const { id } = await call(api, DrainProgress, 'GET', `/v1/storage/nodes/${node.id}/drain`, { credential });
  const moves = await Promise.all(
    ['failed', 'copying'].map((state) =>
      call(api, Moves, 'GET', `/v1/storage/moves?drainId=${id}&state=${state}&limit=100`, { credential }),
    ),
  );
  const rows = moves
    .flatMap(({ items }) => items)
    .map((move) => [
      `${move.fileId} v${move.number}`,
      bytesText(move.size),
      move.state,
      String(move.attempts),
      move.failure ?? '',
    ]);
  terminal.print(
    tableOf(['object', 'size', 'state', 'tries', 'why'], rows, `No object of ${node.name} is on its way.`),
  );
  if (moves.some(({ next }) => next !== null)) terminal.print('There are more; these are the first of each kind.');
};

const Retired = z.looseObject({
  proof: z.looseObject({ buckets: z.array(z.string()), listedAt: z.array(z.string()) }),
});

export const retireNode = async (session: Session, name: string): Promise<void> => {
  const node = await findNode(session, name);
  const { proof } = await changeNode(session, Retired, node, 'retire');
  session.terminal.print(
    `${node.name} is retired: nothing was on it. ${proof.buckets.length} buckets were listed twice, last at ${proof.listedAt.at(-1) ?? '-'}, and removed.`,
  );
};

/** How full the pools are, of what takes objects and of all that is read. */
export const showUsage = async (session: Session): Promise<void> => {
  const nodes = await Promise.all((await listNodes(session)).map(({ id }) => getNode(session, id)));
  const pools = Object.entries(Object.groupBy(nodes, ({ pool }) => pool)).map(([pool, of = []]) => {
    const sum = (value: (node: DetailedNode) => number, some = of) =>
      some.reduce((total, node) => total + value(node), 0);
    const active = of.filter(({ state }) => state === 'active');
    return [
      pool,
      `${active.length} of ${of.length}`,
      bytesText(sum(({ space }) => space.capacityBytes, active)),
      bytesText(sum(({ space }) => space.freeBytes, active)),
      bytesText(sum(({ space }) => space.takenBytes)),
      String(sum(({ space }) => space.objects)),
    ];
  });
  const head = ['pool', 'active nodes', 'their capacity', 'free on them', 'used on all', 'objects'];
  session.terminal.print(tableOf(head, pools, 'There is no storage node yet.'));
};
