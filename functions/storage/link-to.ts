import type { FileVersion, StoredFile } from './model.ts';
import { nodeUnavailable, type OpenNode } from './node-client.ts';
import { nameOf } from './paths.ts';
import type { RecentNode } from './recent-nodes.ts';
import { servedAs } from './serving.ts';

export interface LinkDeps {
  readonly node: RecentNode;
  readonly openNode: OpenNode;
}

/** Seconds after which somebody who was refused asks again: about how long a node is down at least. */
const RETRY_SECONDS = 30;

/**
 * A URL under which the bytes of a version are read for a while, with a type and a name that are safe.
 * @throws node_unavailable while the node is down
 */
export const linkTo =
  ({ node, openNode }: LinkDeps) =>
  async (
    file: Pick<StoredFile, 'path'>,
    version: FileVersion,
    save: boolean,
  ): Promise<{ readonly url: string; readonly seconds: number }> => {
    const home = await node(version.place.nodeId);
    if (home.state === 'down') {
      throw nodeUnavailable('The storage node that has this file does not answer just now. Try again in a moment.', {
        retryAfter: RETRY_SECONDS,
      });
    }
    const seconds = home.lifetimes.getSeconds;
    const served = servedAs(version.contentType, nameOf(file.path), save);
    return { url: await openNode(home).signGet({ ...version.place, seconds, ...served }), seconds };
  };
