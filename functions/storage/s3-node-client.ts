import type { Clock } from '../../lib/runtime/clock.ts';
import { nodeAccess, type NodeAccess, type NodeSecrets } from './node-access.ts';
import { bodyCalls, nodeCalls } from './node-calls.ts';
import type { NodeClient, OpenNode } from './node-client.ts';
import { s3Buckets } from './s3-buckets.ts';
import { s3Multiparts } from './s3-multiparts.ts';
import { s3Objects } from './s3-objects.ts';
import { signGet, signPart, signPut } from './signed-requests.ts';

type Node = Parameters<OpenNode>[0];

/** How many nodes an instance keeps open; the one that was not used for longest is let go first. */
const MOST_OPEN = 64;

const s3NodeClient = (node: Node, access: NodeAccess, now: Clock): NodeClient => {
  const call = nodeCalls(node, access);
  const send = bodyCalls(call);
  const s3 = async () => (await access.session()).s3;
  return {
    ...s3Buckets(node, call),
    ...s3Objects(node, call, send),
    ...s3Multiparts(call, send),
    signPut: async (object) => signPut(await s3(), now(), object),
    signPart: async (part) => signPart(await s3(), now(), part),
    signGet: async (object) => signGet(await s3(), now(), object),
  };
};

/**
 * Nodes through the AWS SDK, as any S3-compatible store has them. Credentials are read once a minute, and at once when a
 * node refuses those that were read before, so that a secret may change while nodes are in use. URLs that were signed
 * with an older key end with that key.
 */
export const openNodes = (options: { readonly secrets: NodeSecrets; readonly now: Clock }): OpenNode => {
  const open = new Map<string, NodeClient>();
  return (node) => {
    const { id, endpoint, region, pathStyle, secret } = node;
    const known = JSON.stringify([id, endpoint, region, pathStyle, secret]);
    const client = open.get(known) ?? s3NodeClient(node, nodeAccess(node, options), options.now);
    open.delete(known);
    open.set(known, client);
    const [oldest] = open.keys();
    if (open.size > MOST_OPEN && oldest !== undefined) open.delete(oldest);
    return client;
  };
};
