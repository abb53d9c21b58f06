import { createHash, randomBytes } from 'node:crypto';
import { openNodes } from '../../functions/storage/s3-node-client.ts';
import { nodeId } from '../../functions/storage/ids.ts';
import type { NodeClient } from '../../functions/storage/node-client.ts';
import type { Subject } from './subject.ts';

/** Medians, milliseconds. */
export interface Latency {
  readonly put: number;
  readonly get: number;
}
export interface Latencies {
  readonly oneKiB: Latency;
  readonly oneMiB: Latency;
}

const BUCKET = 'latency';
const WARM_UP = 5;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const timed = async (work: () => Promise<void>): Promise<number> => {
  const before = performance.now();
  await work();
  return performance.now() - before;
};

const measure = async (client: NodeClient, size: number, times: number): Promise<Latency> => {
  const body = new Uint8Array(randomBytes(size));
  const object = { size, sha256: createHash('sha256').update(body).digest('hex'), contentType: 'image/png', body };
  const puts: number[] = [];
  const gets: number[] = [];
  for (let round = 0; round < WARM_UP + times; round += 1) {
    const at = { bucket: BUCKET, key: `${size}/${round}` };
    puts.push(await timed(() => client.put({ ...at, ...object })));
    gets.push(
      await timed(async () => {
        let left = size;
        for await (const chunk of await client.read(at)) left -= chunk.length;
        if (left !== 0) throw new Error(`${at.key} came back with ${size - left} bytes`);
      }),
    );
  }
  return { put: median(puts.slice(WARM_UP)), get: median(gets.slice(WARM_UP)) };
};

/** Puts and gets one after the other through the product's own client. */
export const latencies = async ({ endpoint, region, credentials }: Subject): Promise<Latencies> => {
  const open = openNodes({ secrets: async () => credentials, now: () => new Date() });
  const client = open({ id: nodeId.derive(endpoint), endpoint, region, pathStyle: true, secret: 'node' });
  await client.ensureBucket(BUCKET);
  return { oneKiB: await measure(client, 1024, 60), oneMiB: await measure(client, 1024 ** 2, 20) };
};
