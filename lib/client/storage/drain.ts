import * as z from 'zod';
import { call, Refused } from '../expect-status.ts';
import type { Deployment } from '../operator.ts';
import { timeline } from '../timeline.ts';
import { until } from '../until.ts';
import type { Load } from './load.ts';
import { addLocalNodes, type LocalNode } from './local-nodes.ts';
import { changeNode, type DetailedNode, getNode, type Operator } from './nodes.ts';

export interface DrainPlan {
  readonly operator: Operator;
  readonly deployment: Deployment;
  /** In use from the beginning; the first of them is drained. */
  readonly first: readonly LocalNode[];
  /** Is added under load. */
  readonly later: LocalNode;
  /** Begins the load; called when the first nodes are in use. */
  readonly load: () => Load;
  /** When the later node is added: when it returns true. */
  readonly isTime: (nodes: readonly DetailedNode[], seconds: number) => boolean;
  /** Hears what happens, and the chart so far with each sample. */
  readonly tell: (what: string) => void;
  readonly draw?: ((chart: string) => void) | undefined;
}
export interface DrainStory {
  readonly chart: string;
  readonly seconds: number;
  readonly drainSeconds: number;
  readonly moved: { readonly objects: number; readonly bytes: number };
  readonly files: number;
  readonly lost: readonly string[];
}

const SAMPLE_MS = 500;
const WIDTH = 100;
const WAIT = { timeoutMs: 600_000, everyMs: SAMPLE_MS };

const Drain = z.looseObject({
  state: z.string(),
  moved: z.looseObject({ objects: z.int(), bytes: z.int() }),
  detail: z.string().nullable(),
});

/** Waits until the node is empty. @throws when what is left cannot be moved */
const emptied = ({ api, credential }: Operator, id: string): Promise<z.output<typeof Drain>> =>
  until(
    `the node ${id} to be empty`,
    async () => {
      const drain = await call(api, Drain, 'GET', `/v1/storage/nodes/${id}/drain`, { credential });
      if (drain.state === 'blocked') throw new Error(`The drain is blocked: ${drain.detail ?? ''}`);
      return drain.state === 'drained' ? drain : undefined;
    },
    WAIT,
  );

/** Asks until the last URL that was given out for the node is over. */
const retired = (operator: Operator, id: string): Promise<true> =>
  until(
    `the node ${id} to be retired`,
    async () => {
      try {
        await changeNode(operator, z.unknown(), await getNode(operator, id), 'retire');
        return true as const;
      } catch (error) {
        if (error instanceof Refused && error.code === 'node_not_empty') return undefined;
        throw error;
      }
    },
    WAIT,
  );

/** What is watched while it happens: fill level of each node, reads, writes and failures a second. */
const watch = (plan: DrainPlan, load: Load) => {
  const started = performance.now();
  const known = new Map<string, { readonly view: { now: DetailedNode }; readonly levels: (number | null)[] }>();
  const rates: Record<'reads' | 'writes' | 'failed', number[]> = { reads: [], writes: [], failed: [] };
  const marks: { sample: number; text: string }[] = [];
  let last = { ...load.counts };
  let lastAt = started;
  let running = true;

  const seconds = (): number => (performance.now() - started) / 1000;
  const levelOf = ({ space, capacityBytes }: DetailedNode): number => (100 * space.takenBytes) / capacityBytes;
  const chart = (): string =>
    timeline(
      [
        ...[...known.values()].map(({ view, levels }) => ({
          label: view.now.name,
          samples: levels,
          full: 100,
          note: `${levelOf(view.now).toFixed(0)} %, ${view.now.state}`,
        })),
        { label: 'reads/s', samples: rates.reads, note: `${Math.max(0, ...rates.reads).toFixed(0)} at most` },
        { label: 'writes/s', samples: rates.writes, note: `${Math.max(0, ...rates.writes).toFixed(0)} at most` },
        { label: 'failed reads', samples: rates.failed, note: String(load.counts.failedReads) },
      ],
      { width: WIDTH, seconds: seconds(), marks },
    );
  const sample = async (): Promise<void> => {
    for (const node of known.values()) {
      node.view.now = await getNode(plan.operator, node.view.now.id);
      node.levels.push(levelOf(node.view.now));
    }
    const now = { ...load.counts };
    const elapsed = (performance.now() - lastAt) / 1000;
    rates.reads.push((now.reads - last.reads) / elapsed);
    rates.writes.push((now.writes - last.writes) / elapsed);
    rates.failed.push(now.failedReads - last.failedReads);
    last = now;
    lastAt = performance.now();
    plan.draw?.(chart());
  };
  const sampling = (async () => {
    while (running) {
      const next = performance.now() + SAMPLE_MS;
      await sample();
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
    }
  })();
  return {
    add: (view: DetailedNode) => {
      known.set(view.id, { view: { now: view }, levels: rates.reads.map(() => null) });
    },
    views: () => [...known.values()].map(({ view }) => view.now),
    mark: (text: string) => {
      marks.push({ sample: rates.reads.length, text: `${seconds().toFixed(0)} s: ${text}` });
      plan.tell(text);
    },
    seconds,
    chart,
    stop: async () => {
      running = false;
      await sampling;
    },
  };
};

/** The life of a node under load: others fill, one is added, the first is emptied and retired. */
export const drainUnderLoad = async (plan: DrainPlan): Promise<DrainStory> => {
  const { operator, deployment, tell } = plan;
  const add = async (store: LocalNode): Promise<DetailedNode> => {
    const [added] = await addLocalNodes(operator, deployment, [store]);
    if (added === undefined) throw new Error(`The node ${store.name} was not added`);
    return getNode(operator, added.id);
  };
  const inUse: DetailedNode[] = [];
  for (const store of plan.first) {
    inUse.push(await add(store));
    tell(`${store.name} is active`);
  }
  const [drained] = inUse;
  if (drained === undefined) throw new Error('There is no node to drain');
  const load = plan.load();
  const watched = watch(plan, load);
  try {
    for (const node of inUse) watched.add(node);
    await until(
      'the time to add a node',
      async () => plan.isTime(watched.views(), watched.seconds()) || undefined,
      WAIT,
    );
    watched.add(await add(plan.later));
    watched.mark(`${plan.later.name} is added`);

    const began = performance.now();
    await changeNode(operator, z.unknown(), await getNode(operator, drained.id), 'drain', { dryRun: false });
    watched.mark(`${drained.name} drains`);
    const { moved } = await emptied(operator, drained.id);
    const drainSeconds = (performance.now() - began) / 1000;
    watched.mark(`${drained.name} is empty`);
    await retired(operator, drained.id);
    watched.mark(`${drained.name} is retired`);
    await load.stop();
    await watched.stop();
    const seconds = watched.seconds();
    const { files, lost } = await load.check();
    return { chart: watched.chart(), seconds, drainSeconds, moved, files, lost };
  } finally {
    await load.stop();
    await watched.stop();
  }
};
