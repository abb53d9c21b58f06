import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { type ApiClient, apiClient } from '../../lib/client/http.ts';
import { readOperatorKey } from '../../lib/client/operator.ts';
import { onboardShop } from '../../lib/client/shop.ts';
import { type DrainPlan, type DrainStory, drainUnderLoad } from '../../lib/client/storage/drain.ts';
import { storageOf } from '../../lib/client/storage/files.ts';
import { type Load, type LoadPlan, startLoad } from '../../lib/client/storage/load.ts';
import { spawnCloud } from '../../lib/local/spawn.ts';
import { drawsOf } from './draws.ts';
import { type NodeServer, type ServerPlan, startLocalServers, startRealServers } from './servers.ts';

/** URLs of a minute, so that a node that is empty can be retired while somebody looks on. */
const LIFETIMES = { putSeconds: 20, getSeconds: 15, downloadSeconds: 10 };
const SHOPS = ['Alder Goods', 'Birch Supply'] as const;

interface StoryPlan {
  /** Bytes of the nodes: those that are in use at first, then the one that is added. */
  readonly capacities: readonly number[];
  readonly startServers: (folder: string, plans: readonly ServerPlan[]) => Promise<readonly NodeServer[]>;
  readonly load: Pick<LoadPlan, 'clients' | 'sizes' | 'filesEach' | 'pauseMs'>;
  readonly isTime: DrainPlan['isTime'];
}

/** On a terminal the chart is drawn again and again in its place; elsewhere only what happens is told. */
const screen = (): Pick<DrainPlan, 'tell' | 'draw'> => {
  let lines = 0;
  return {
    tell: (what) => {
      lines = 0;
      console.log(what);
    },
    ...(process.stdout.isTTY
      ? {
          draw: (chart: string) => {
            const up = lines === 0 ? '' : `\u001B[${lines}A\u001B[J`;
            process.stdout.write(`${up}${chart}\n`);
            lines = chart.split('\n').length;
          },
        }
      : {}),
  };
};

const shopsOf = async (api: ApiClient, operatorKey: string): Promise<LoadPlan['shops']> =>
  Promise.all(
    SHOPS.map(async (name) => {
      const slug = name.toLowerCase().replace(' ', '-');
      const { secretKey } = await onboardShop(api, operatorKey, {
        name,
        slug,
        ownerEmail: `owner@${slug}.example`,
        country: 'DE',
        currencies: ['EUR'],
        locales: ['en'],
        timeZone: 'Europe/Berlin',
      });
      return storageOf(api, secretKey);
    }),
  );

const MIB = 1024 ** 2;

/** What is promised of it, and whether it was kept. */
const verdict = (story: DrainStory, { counts }: Load): readonly (readonly [string, string, boolean | undefined])[] => {
  const { moved, drainSeconds } = story;
  return [
    ['reads', `${counts.reads}`, undefined],
    ['writes and overwrites', `${counts.writes}`, undefined],
    ['deletes', `${counts.deletes}`, undefined],
    ['writes turned away for want of room', `${counts.refusedWrites}`, undefined],
    ['moved by the drain', `${moved.objects} objects, ${(moved.bytes / MIB).toFixed(1)} MiB`, moved.objects > 0],
    ['seconds of the drain', drainSeconds.toFixed(1), undefined],
    ['reads that failed', `${counts.failedReads}`, counts.failedReads === 0],
    ['writes and deletes that failed', `${counts.failedWrites}`, counts.failedWrites === 0],
    ['files read again at the end', `${story.files}`, story.files > 0],
    ['files lost', `${story.lost.length}`, story.lost.length === 0],
  ];
};

/** A local cloud with storage nodes, two shops, and the life of one node under their load. True: all promises were kept. */
const runStory = async (plan: StoryPlan): Promise<boolean> => {
  const folder = mkdtempSync(join(tmpdir(), 'cartwright-nodes-'));
  const servers: NodeServer[] = [];
  const cloud = await spawnCloud({ stateDir: join(folder, 'state'), env: { CARTWRIGHT_LOG_LEVEL: 'error' } });
  const api = apiClient(cloud.apiUrl);
  try {
    const names = plan.capacities.map((_, index) => `node-${index + 1}`);
    const plans = plan.capacities.map((capacityBytes, index) => ({
      name: names[index] ?? '',
      capacityBytes,
      lifetimes: LIFETIMES,
    }));
    servers.push(...(await plan.startServers(folder, plans)));
    console.log(servers.map(({ kind, node }) => `${node.name}: ${kind}`).join('; '));
    const deployment = { stage: 'dev', endpoint: cloud.awsUrl };
    const operatorKey = await readOperatorKey(deployment);
    const shops = await shopsOf(api, operatorKey);
    const nodes = servers.map(({ node }) => node);
    const later = nodes.at(-1);
    if (later === undefined) throw new Error('There is no node to add');
    const begun: { load: Load | undefined } = { load: undefined };
    const story = await drainUnderLoad({
      operator: { api, credential: operatorKey },
      deployment,
      first: nodes.slice(0, -1),
      later,
      load: () => (begun.load = startLoad({ shops, random: drawsOf(1), ...plan.load })),
      isTime: plan.isTime,
      ...screen(),
    });
    const { load } = begun;
    if (load === undefined) throw new Error('There was no load');
    console.log(`\n${story.chart}\n`);
    const rows = verdict(story, load);
    const table = new Table({ head: ['', '', 'kept'], style: { head: [], border: [] } });
    for (const [what, found, kept] of rows) table.push([what, found, kept === undefined ? '' : kept ? 'yes' : 'NO']);
    console.log(table.toString());
    for (const [failure, count] of load.counts.failures) console.error(`${count} x ${failure}`);
    for (const lost of story.lost.slice(0, 10)) console.error(`Lost: ${lost}`);
    return rows.every(([, , kept]) => kept !== false);
  } catch (error) {
    console.error(cloud.tail());
    throw error;
  } finally {
    api.close();
    await cloud.stop();
    for (const server of servers) await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};

/** `npm run prove -- drain`: 32 clients while one of three real nodes drains and a fourth is added. */
export const proveDrain = (): Promise<boolean> =>
  runStory({
    capacities: [1024 * MIB, 1024 * MIB, 1024 * MIB, 2048 * MIB],
    startServers: startRealServers,
    load: { clients: 32, sizes: [1024, 256 * 1024], filesEach: 20 },
    isTime: (_, seconds) => seconds > 15,
  });

/** `npm run demo -- storage`: two nodes fill up, a third is added, the first is emptied and retired. */
export const showStorage = (): Promise<boolean> =>
  runStory({
    capacities: [10 * MIB, 10 * MIB, 80 * MIB],
    startServers: startLocalServers,
    load: { clients: 8, sizes: [16 * 1024, 256 * 1024], filesEach: 18, pauseMs: 20 },
    isTime: (nodes, seconds) =>
      nodes.every(({ space, capacityBytes }) => space.takenBytes > 0.84 * capacityBytes) || seconds > 60,
  });
