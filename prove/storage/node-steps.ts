import { activateNodeRoute } from '../../functions/storage/activate-node.ts';
import { cancelDrainRoute } from '../../functions/storage/cancel-drain.ts';
import { createNodeRoute } from '../../functions/storage/create-node.ts';
import { drainNodeRoute } from '../../functions/storage/drain-node.ts';
import { drainId, nodeId } from '../../functions/storage/ids.ts';
import type { NodeState, StorageNode } from '../../functions/storage/node.ts';
import { retireNodeRoute } from '../../functions/storage/retire-node.ts';
import { setReadOnlyRoute } from '../../functions/storage/set-read-only.ts';
import { updateNodeRoute } from '../../functions/storage/update-node.ts';
import type { Kind } from './history.ts';
import type { MemoryNode } from './memory-node.ts';
import { OPERATOR, requestOf } from './request.ts';
import type { Step } from './shop-steps.ts';
import type { Site } from './site.ts';

/** Bytes of a node. */
const CAPACITIES = [2000, 4000, 8000] as const;
const MOST_NODES = 7;
/** Seconds; what is garbage waits for URLs to read with, for downloads, and for URLs to write with. */
const LIFETIMES = [{}, { downloadSeconds: 0 }, { putSeconds: 3600, downloadSeconds: 60 }] as const;
const NOTHING_THERE = 'nothing to do it with';
const pick = <Item>(items: readonly Item[], draw: number): Item | undefined => items[Math.floor(draw * items.length)];

/** What operators do, what the system does by itself, and what happens to nodes. */
export const nodeSteps = (site: Site) => {
  const { uses, directory, nodes, messages, workflows, random } = site;
  let names = 0;
  let keys = 0;

  const all = (...states: readonly NodeState[]): StorageNode[] =>
    [...directory.nodes.values()].flatMap(({ value }) =>
      states.length === 0 || states.includes(value.state) ? [value] : [],
    );
  const request = (
    { id, epoch }: { readonly id: string; readonly epoch: number },
    stale: boolean,
    body: unknown = {},
  ) => ({
    caller: OPERATOR,
    params: { nodeId: id },
    ifMatch: stale ? epoch + 1 : epoch,
    body,
    key: `node-${(keys += 1)}`,
  });
  const asDone = (): string => 'done';

  const addNode = async (capacityBytes: number): Promise<string> => {
    const lifetimes = LIFETIMES[names % LIFETIMES.length] ?? {};
    const name = `node-${(names += 1)}`;
    const server = site.addNode(name);
    const { body: node } = await uses.createNode(
      requestOf(createNodeRoute, {
        caller: OPERATOR,
        body: {
          name,
          endpoint: `https://${name}.nodes.example`,
          region: 'local',
          zone: 'a',
          secret: 'cartwright/prove/storage/x',
          capacityBytes,
          lifetimes,
        },
        key: name,
      }),
    );
    nodes.set(nodeId.schema.parse(node.id), server);
    await uses.activateNode(requestOf(activateNodeRoute, request(node, false)));
    return 'done';
  };

  /** One step of a workflow that runs: it may also be one whose drain has ended meanwhile. */
  const runDrain = async (draw: number): Promise<string> => {
    const workflow = pick([...workflows.values()], draw);
    if (workflow === undefined) return NOTHING_THERE;
    const { status } = await uses.runDrain({ drainId: drainId.schema.parse(workflow.drainId), run: workflow.run });
    if (status === 'ended') workflows.delete(`${workflow.drainId}/${workflow.run}`);
    return status;
  };
  /** A message is gone when it was handled; of one that is cut off or fails, SQS keeps it. */
  const receive = async (draw: number, keep: boolean): Promise<string> => {
    const task = pick(messages, draw);
    if (task === undefined) return NOTHING_THERE;
    let parts = 0;
    const outcome = await uses.moveObject(task, () => (parts += 1) < 4 || random() < 0.5);
    const at = messages.indexOf(task);
    if (!keep && at !== -1 && outcome.status !== 'again') messages.splice(at, 1);
    return outcome.status;
  };
  const faulty = (node: MemoryNode | undefined, change: (faults: MemoryNode['faults']) => void): Promise<string> => {
    if (node === undefined) return Promise.resolve(NOTHING_THERE);
    change(node.faults);
    return Promise.resolve('done');
  };
  const server = (draw: number): MemoryNode | undefined => pick([...nodes.values()], draw);
  const heal = ({ faults }: MemoryNode): void => {
    Object.assign(faults, { down: false, refuses: false, full: false, lies: 'never', failsEvery: 0, losesEvery: 0 });
  };

  const steps = {
    'add node': ({ picks: [size] }) =>
      nodes.size >= MOST_NODES ? Promise.resolve('there are enough') : addNode(pick(CAPACITIES, size) ?? 2000),
    'activate node': async ({ picks: [which, stale] }) => {
      const node = pick(all('joining', 'read-only', 'drained'), which);
      if (node === undefined) return NOTHING_THERE;
      return uses.activateNode(requestOf(activateNodeRoute, request(node, stale < 0.1))).then(asDone);
    },
    'read-only node': async ({ picks: [which, stale] }) => {
      const node = pick(all('active'), which);
      if (node === undefined) return NOTHING_THERE;
      return uses.setReadOnly(requestOf(setReadOnlyRoute, request(node, stale < 0.1))).then(asDone);
    },
    'change capacity': async ({ picks: [which, size] }) => {
      const node = pick(all(), which);
      if (node === undefined) return NOTHING_THERE;
      const body = { capacityBytes: Math.floor(500 + size * 8000) };
      return uses.updateNode(requestOf(updateNodeRoute, request(node, false, body))).then(asDone);
    },
    'drain node': async ({ picks: [which, stale, again] }) => {
      const node = pick(again < 0.3 ? all('draining') : all('active', 'read-only'), which);
      if (node === undefined) return NOTHING_THERE;
      return uses
        .drainNode(requestOf(drainNodeRoute, request(node, stale < 0.1, { dryRun: stale > 0.95 })))
        .then(asDone);
    },
    'step of a drain': ({ picks: [which] }) => runDrain(which),
    'message of a move': ({ picks: [which] }) => receive(which, false),
    'doubled message': async ({ picks: [which] }) => {
      const [first] = await Promise.all([receive(which, true), receive(which, true)]);
      return first;
    },
    'cancel drain': async ({ picks: [which, stale] }) => {
      const node = pick(all('draining'), which);
      if (node === undefined) return NOTHING_THERE;
      return uses.cancelDrain(requestOf(cancelDrainRoute, request(node, stale < 0.1))).then(asDone);
    },
    'retire node': async ({ picks: [which, stale] }) => {
      const node = pick(all('drained', 'joining'), which);
      if (node === undefined) return NOTHING_THERE;
      return uses.retireNode(requestOf(retireNodeRoute, request(node, stale < 0.1))).then(asDone);
    },
    'node down': ({ picks: [which] }) => faulty(server(which), (faults) => (faults.down = true)),
    'node up': ({ picks: [which] }) => {
      const node = server(which);
      if (node !== undefined) heal(node);
      return Promise.resolve('done');
    },
    'node lies': ({ picks: [which, how] }) =>
      faulty(server(which), (faults) => (faults.lies = how < 0.5 ? 'truncates' : 'stores-nothing')),
    'node flaps': ({ picks: [which, often, how] }) =>
      faulty(server(which), (faults) => {
        if (how < 0.5) faults.failsEvery = 2 + Math.floor(often * 8);
        else faults.losesEvery = 2 + Math.floor(often * 8);
      }),
    'node is full': ({ picks: [which] }) => faulty(server(which), (faults) => (faults.full = true)),
    probe: () => uses.probeNodes().then(asDone),
    sweep: () => uses.sweep().then(asDone),
    'doubled sweep': () => Promise.all([uses.sweep(), uses.sweep()]).then(asDone),
  } satisfies Partial<Record<Kind, Step>>;

  return {
    steps,
    addNode,
    heal: () => {
      for (const node of nodes.values()) heal(node);
    },
    /** A step of each workflow that runs. */
    ofDrains: () =>
      [...workflows.keys()].map(
        (_, index, { length }) =>
          () =>
            runDrain(index / length),
      ),
    /** Each message that is in the queue. */
    ofMessages: () =>
      messages.map(
        (_, index, { length }) =>
          () =>
            receive(index / length, false),
      ),
    /** Drains that no workflow keeps going. */
    stopped: () =>
      all('draining').filter(({ drain }) => ![...workflows.values()].some(({ drainId: id }) => id === drain)),
    draining: () => all('draining'),
    restart: async (node: StorageNode): Promise<string> =>
      uses.drainNode(requestOf(drainNodeRoute, request(node, false, { dryRun: false }))).then(asDone),
  };
};
