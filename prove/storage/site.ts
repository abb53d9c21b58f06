import { memoryTable } from '../../test/fixtures/memory-table.ts';
import { DUE, MOVES, PUBLIC } from '../../functions/storage/keys.ts';
import { AppError } from '../../lib/runtime/errors.ts';
import type { NodeId } from '../../functions/storage/ids.ts';
import type { Bytes } from '../../functions/storage/node-client.ts';
import type { MoveTask } from '../../functions/storage/move-task.ts';
import type { Disk } from './checks.ts';
import { type Sent, sentContents, sha256Of } from './contents.ts';
import { type Directory, watched } from './directory.ts';
import { diskOf } from './disks.ts';
import { createMemoryNode, type MemoryNode } from './memory-node.ts';
import { createModel, type Model } from './model.ts';
import type { Scheduler } from './scheduler.ts';
import { type Uses, usesOf } from './uses.ts';

/** A URL to read with that somebody has: it must work until its time is over, whatever becomes of the file meanwhile. */
interface ReadGrant {
  readonly url: string;
  readonly sha256: string;
  readonly what: string;
  readonly until: number;
}

/** The run of one drain that a workflow keeps going. */
export interface Workflow {
  readonly drainId: string;
  readonly run: number;
}

/** One deployment in memory, with everything around it: nodes, queue, workflows, a clock. */
export interface Site {
  readonly uses: Uses;
  readonly model: Model;
  readonly sent: Sent;
  readonly directory: Directory;
  readonly nodes: Map<NodeId, MemoryNode>;
  /** Messages of the queue of moves; one that is received is not gone until it was handled. */
  readonly messages: MoveTask[];
  readonly workflows: Map<string, Workflow>;
  readonly random: () => number;
  now(): Date;
  advance(seconds: number): void;
  addNode(name: string): MemoryNode;
  disks(): Disk[];
  /** Goes up with each write of the table, and with each that bytes are sent to a node. */
  changes(): number;
  /** The indexes hear of everything that was written. */
  catchUp(): Promise<void>;
  /** A PUT by a client, outside of the API. */
  send(url: string, body: Uint8Array, headers: Readonly<Record<string, string>>): Promise<string>;
  /** A GET by a client: the sha256 of what came, or undefined when the node did not answer. */
  fetch(url: string): Promise<string | undefined>;
  mayRead(url: string, sha256: string, what: string): void;
  /** URLs whose time is not over and that do not work, or not any more as they did. */
  brokenUrls(): string[];
  /** Something that must not happen has happened. */
  breaks(promise: string): void;
  readonly complaints: string[];
  sha256Of(bytes: Uint8Array): string;
  /** The sha256 of a version's bytes, as they lie on a node. */
  contentOf(fileId: string, number: number): string | undefined;
  /** Is the node of what the file shows out of order, or was it lately? */
  isTroubled(file: { readonly id: string; readonly current: number }): boolean;
  /** A refusal by which the API says that nothing was changed. */
  isRefusal(error: unknown): boolean;
}

const START = Date.parse('2026-03-01T10:00:00.000Z');
/** Seconds that a URL to read with lives. */
const GRANTED_SECONDS = 300;
/** Calls after which an index has heard of a change, the reading of what was written among them. */
const MOST_LAG = 30;

const collected = async (body: Bytes): Promise<Uint8Array> => {
  if (body instanceof Uint8Array) return body;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
};

export const createSite = (scheduler: Scheduler, random: () => number): Site => {
  let clock = START;
  const now = () => new Date(clock);
  const nodes = new Map<NodeId, MemoryNode>();
  const memory = memoryTable({
    systemIndexes: [DUE, PUBLIC, MOVES],
    lag: () => (random() < 0.5 ? 0 : Math.floor(random() * MOST_LAG)),
  });
  const { calls, directory, changes } = watched(memory.client);
  const messages: MoveTask[] = [];
  const workflows = new Map<string, Workflow>();
  const model = createModel();
  const sent = sentContents();
  const complaints: string[] = [];
  let reads: ReadGrant[] = [];
  let touched = 0;
  const hidden = new Map<string, MemoryNode>();

  const uses = usesOf({
    client: scheduler.inTurns('table', { call: calls.call, destroy: () => undefined }),
    table: memory.name,
    openNode: ({ endpoint }) => {
      const [, name = ''] = /^https:\/\/([^.]+)\./.exec(endpoint) ?? [];
      const node = hidden.get(`memory://${name}`);
      if (node === undefined) throw new Error(`There is no node at ${endpoint}`);
      const client = scheduler.inTurns(
        name,
        node.client(() => 'key'),
      );
      // A body may be read from another node while it is sent: those calls have turns of their own.
      return {
        ...client,
        put: async (object) => {
          const body = await collected(object.body);
          touched += 1;
          await client.put({ ...object, body });
        },
        putPart: async (part) => {
          const body = await collected(part.body);
          touched += 1;
          return client.putPart({ ...part, body });
        },
      };
    },
    queue: scheduler.inTurns('queue', {
      send: async (tasks: readonly MoveTask[]) => {
        messages.push(...tasks);
      },
      giveUp: async () => undefined,
    }),
    startDrain: scheduler.inTurns('workflows', {
      start: async (drainId: string, run: number) => {
        workflows.set(`${drainId}/${run}`, { drainId, run });
      },
    }).start,
    now,
    random,
    onFailure: (due, error) => void complaints.push(`the sweep failed on ${JSON.stringify(due)}: ${String(error)}`),
  });
  const wire = scheduler.inTurns('wire', {
    send: async (url: string, body: Uint8Array, headers: Readonly<Record<string, string>>): Promise<string> => {
      const node = nodeAt(url);
      touched += 1;
      const { lies } = node.faults;
      // A node lies about what is new to it. What it has and was verified, it keeps: with one that does not, all is lost.
      if (seen(url) !== undefined) node.faults.lies = 'never';
      try {
        const { status } = await node.send({ url }, body, headers);
        return status === 200 ? 'done' : `status ${status}`;
      } catch (error) {
        if (error instanceof AppError) return 'the node does not answer';
        throw error;
      } finally {
        node.faults.lies = lies;
      }
    },
    fetch: async (url: string): Promise<string | undefined> => {
      try {
        const { status, body } = await nodeAt(url).fetch(url);
        return status === 200 ? sha256Of(body) : `status ${status}`;
      } catch (error) {
        if (error instanceof AppError) return undefined;
        throw error;
      }
    },
  });
  const nodeAt = (url: string): MemoryNode => {
    const [endpoint] = /^memory:\/\/[^/]+/.exec(url) ?? [''];
    const node = hidden.get(endpoint);
    if (node === undefined) throw new Error(`No node is at ${url}`);
    return node;
  };

  /** What a URL leads to at this moment, past all faults of the node. */
  const seen = (url: string): string | undefined => {
    const [, bucket = '', key = ''] = /^memory:\/\/[^/]+\/([^/]+)\/([^?]+)\?/.exec(url) ?? [];
    const object = nodeAt(url).store.find({ bucket, key: decodeURIComponent(key) });
    return object === undefined ? undefined : sha256Of(object.bytes);
  };
  const placeOf = (fileId: string, number: number) =>
    [...directory.versions.values()].find(({ value }) => value.fileId === fileId && value.number === number)?.value
      .place;

  return {
    uses,
    model,
    sent,
    directory,
    nodes,
    messages,
    workflows,
    random,
    now,
    advance: (seconds) => {
      clock += seconds * 1000;
      reads = reads.filter(({ until }) => until >= clock);
    },
    addNode: (name) => {
      const node = createMemoryNode({ name, capacityBytes: Number.MAX_SAFE_INTEGER, now });
      hidden.set(node.endpoint, node);
      return node;
    },
    disks: () => [...nodes].map(([id, node]) => diskOf(id, node)),
    changes: () => changes() + touched,
    catchUp: async () => {
      const Key = { pk: { S: 'nothing' }, sk: { S: 'nothing' } };
      for (let call = 0; call < MOST_LAG; call += 1)
        await memory.client.call('GetItem', { TableName: memory.name, Key });
    },
    send: wire.send,
    fetch: wire.fetch,
    mayRead: (url, sha256, what) => {
      reads.push({ url, sha256, what, until: clock + GRANTED_SECONDS * 1000 });
    },
    brokenUrls: () =>
      reads.flatMap(({ url, sha256, what }) =>
        seen(url) === sha256 ? [] : [`the URL of ${what} leads nowhere before its time`],
      ),
    breaks: (promise) => void complaints.push(promise),
    complaints,
    sha256Of,
    contentOf: (fileId, number) => {
      const place = placeOf(fileId, number);
      const node = place === undefined ? undefined : nodes.get(place.nodeId);
      const object = place === undefined ? undefined : node?.store.find(place);
      return object === undefined ? undefined : sha256Of(object.bytes);
    },
    isTroubled: ({ id, current }) => {
      const place = placeOf(id, current);
      const node = [...directory.nodes.values()].find(({ value }) => value.id === place?.nodeId)?.value;
      return node === undefined || node.state === 'down' || node.failures > 0;
    },
    isRefusal: (error) => error instanceof AppError && error.status < 500,
  };
};
