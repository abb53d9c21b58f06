import * as z from 'zod';
import { call } from '../expect-status.ts';
import type { ApiClient } from '../http.ts';

const NODES = '/v1/storage/nodes';

export const ShownNode = z.looseObject({
  id: z.string(),
  name: z.string(),
  endpoint: z.string(),
  region: z.string(),
  zone: z.string(),
  pool: z.string(),
  state: z.string(),
  before: z.string().nullable(),
  epoch: z.int(),
  capacityBytes: z.number(),
  weight: z.number(),
  accepting: z.boolean(),
  failures: z.int(),
  report: z.looseObject({ at: z.string(), takenBytes: z.number(), objects: z.number(), skewMs: z.number() }).nullable(),
});
export type ShownNode = z.output<typeof ShownNode>;

const Page = z.object({ items: z.array(ShownNode), next: z.string().nullable() });

export const DetailedNode = ShownNode.extend({
  space: z.looseObject({
    capacityBytes: z.number(),
    takenBytes: z.number(),
    freeBytes: z.number(),
    objects: z.number(),
  }),
});
export type DetailedNode = z.output<typeof DetailedNode>;

/** Who speaks to the API, and how. */
export interface Operator {
  readonly api: ApiClient;
  readonly credential: string;
}

/** All nodes that are not retired, by name. */
export const listNodes = async ({ api, credential }: Operator): Promise<readonly ShownNode[]> => {
  const nodes: ShownNode[] = [];
  let next: string | null = '';
  while (next !== null) {
    const cursor: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
    const page: z.output<typeof Page> = await call(api, Page, 'GET', `${NODES}?limit=100${cursor}`, { credential });
    nodes.push(...page.items);
    next = page.next;
  }
  return nodes;
};

export const getNode = ({ api, credential }: Operator, id: string): Promise<DetailedNode> =>
  call(api, DetailedNode, 'GET', `${NODES}/${id}`, { credential });

/** A node by its name or id. @throws Error that says which names there are */
export const findNode = async (operator: Operator, nameOrId: string): Promise<ShownNode> => {
  const nodes = await listNodes(operator);
  const found = nodes.find(({ name, id }) => name === nameOrId || id === nameOrId);
  if (found !== undefined) return found;
  const names = nodes.map(({ name }) => name).join(', ');
  throw new Error(
    `There is no node ${nameOrId}. ${names === '' ? 'There is none at all yet.' : `There are: ${names}.`}`,
  );
};

/** Asks for a change of state, of the node as it was seen. */
export const changeNode = <Schema extends z.ZodType>(
  { api, credential }: Operator,
  schema: Schema,
  node: Pick<ShownNode, 'id' | 'epoch'>,
  action: string,
  body?: unknown,
): Promise<z.output<Schema>> =>
  call(api, schema, 'POST', `${NODES}/${node.id}/${action}`, {
    credential,
    headers: { 'if-match': `"v${node.epoch}"` },
    ...(body === undefined ? {} : { body }),
  });

export interface NodeToAdd {
  readonly name: string;
  readonly endpoint: string;
  readonly region: string;
  readonly zone: string;
  readonly pool?: string | undefined;
  readonly pathStyle?: boolean | undefined;
  readonly secret: string;
  readonly capacityBytes: number;
  readonly weight?: number | undefined;
  /** Seconds; those that are not said are the usual ones. */
  readonly lifetimes?: {
    readonly putSeconds?: number;
    readonly getSeconds?: number;
    readonly downloadSeconds?: number;
  };
}

/** The same key again is the same node. */
export const addNode = ({ api, credential }: Operator, body: NodeToAdd, idempotencyKey?: string): Promise<ShownNode> =>
  call(api, ShownNode, 'POST', NODES, {
    credential,
    body,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });
