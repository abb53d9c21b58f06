import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import * as z from 'zod';
import { call } from '../../lib/client/expect-status.ts';
import { until } from '../../lib/client/until.ts';
import type { Shop } from '../../lib/client/shop.ts';
import { api, operatorKey } from './world.ts';

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const Upload = z.looseObject({
  id: z.string(),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
});
const Completed = z.looseObject({ fileId: z.string() });

/** A file of a shop, with what must be read of it. */
export interface KeptFile {
  readonly id: string;
  readonly path: string;
  readonly sha256: string;
}

/** Sends the shop's new files to the nodes of a pool. */
export const usePool = async (shop: Shop, pool: string): Promise<void> => {
  const path = `/v1/storage/tenants/${shop.tenantId}/quota`;
  await call(api, z.unknown(), 'PUT', path, { credential: operatorKey, body: { pool } });
};

export const upload = async (shop: Shop, path: string, bytes: Uint8Array): Promise<KeptFile> => {
  const credential = shop.secretKey;
  const body = { path, size: bytes.length, sha256: sha256(bytes), contentType: 'text/plain' };
  const announced = await call(api, Upload, 'POST', '/v1/storage/uploads', { credential, body });
  const sent = await fetch(announced.url, { method: 'PUT', headers: announced.headers, body: Buffer.from(bytes) });
  expect(sent.status).toBe(200);
  const done = await call(api, Completed, 'POST', `/v1/storage/uploads/${announced.id}/complete`, { credential });
  return { id: done.fileId, path, sha256: sha256(bytes) };
};

/** URLs live for seconds here: on a busy machine one may be over before it is used, and then a reader asks for another. */
const URLS = 5;

/** What a reader gets: the redirect, and the bytes behind it. */
export const read = async (shop: Shop, file: KeptFile): Promise<string> => {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await api.send('GET', `/v1/storage/files/${file.id}/download`, { credential: shop.secretKey });
    expect(answer.status, file.path).toBe(302);
    const bytes = await fetch(answer.headers['location'] ?? '');
    if (bytes.status === 403 && attempt < URLS) continue;
    expect(bytes.status, file.path).toBe(200);
    return sha256(new Uint8Array(await bytes.arrayBuffer()));
  }
};

export const expectReadable = async (shop: Shop, files: readonly KeptFile[]): Promise<void> => {
  for (const file of files) expect([file.path, await read(shop, file)]).toEqual([file.path, file.sha256]);
};

/** Asks for up to two minutes: what is deleted waits for a schedule that comes each minute. */
export const patiently = <Result>(what: string, ask: () => Promise<Result | undefined>): Promise<Result> =>
  until(what, ask, { timeoutMs: 120_000, everyMs: 500 });
