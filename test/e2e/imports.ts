import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import * as z from 'zod';
import { until } from '../../lib/client/until.ts';
import { type as, outcome } from './caller.ts';

const Announced = z.looseObject({
  id: z.string(),
  upload: z.looseObject({ url: z.string(), headers: z.record(z.string(), z.string()) }),
});
const State = z.looseObject({ status: z.string(), progress: z.record(z.string(), z.number().nullable()) });

/** Imports files of products, as their shop's `staff`. */
export const importing = (staff: ReturnType<typeof as>) => {
  const announce = async (csv: string) => {
    const sha256 = createHash('sha256').update(csv).digest('hex');
    const body = { format: 'shopify', filename: 'goods.csv', size: Buffer.byteLength(csv), sha256 };
    const made = await staff.post('/v1/catalog/imports', body);
    expect(outcome(made)).toBe('201');
    const { id, upload } = Announced.parse(made.body);
    const path = `/v1/catalog/imports/${id}`;
    const put = async (file: string) =>
      (await fetch(upload.url, { method: 'PUT', headers: upload.headers, body: file })).status;
    return { id, path, put };
  };
  const ended = (path: string, patience: { readonly timeoutMs?: number } = {}) =>
    until(
      `${path} to end`,
      async () => {
        const state = State.parse((await staff.get(path)).body);
        return ['completed', 'failed', 'cancelled'].includes(state.status) ? state : undefined;
      },
      patience,
    );
  /** A start whose answer was lost may have come to its end before it is repeated. */
  const start = async (path: string, dryRun = false): Promise<string> => {
    const answer = await staff.post(`${path}/start`, { dryRun });
    return answer.repeated && outcome(answer) === '409 import_finished' ? '202' : outcome(answer);
  };
  const run = async (csv: string, dryRun = false) => {
    const { path, put } = await announce(csv);
    expect(await put(csv)).toBe(200);
    expect(await start(path, dryRun)).toBe('202');
    return { path, ...(await ended(path)) };
  };
  return { announce, ended, run, start };
};
