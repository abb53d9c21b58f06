import { createHash } from 'node:crypto';
import type { Contents } from './checks.ts';

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export interface Content {
  readonly bytes: Buffer;
  readonly sha256: string;
}

/** Everything that clients ever sent, and for which path. No two contents are equal, but those without bytes. */
export interface Sent extends Contents {
  next(tenant: string, path: string, size: number): Content;
}

export const sentContents = (): Sent => {
  const paths = new Map<string, Set<string>>();
  const versions = new Map<string, string>();
  let count = 0;
  return {
    next: (tenant, path, size) => {
      count += 1;
      const line = Buffer.from(`content ${count} of ${path};`);
      const bytes = Buffer.alloc(size, line);
      const sha256 = sha256Of(bytes);
      paths.set(sha256, (paths.get(sha256) ?? new Set()).add(`${tenant}/${path}`));
      return { bytes, sha256 };
    },
    wrong: (tenant, path, version, object) => {
      const whose = paths.get(object.sha256);
      const was = versions.get(`${version.fileId}/${version.number}`);
      versions.set(`${version.fileId}/${version.number}`, was ?? object.sha256);
      const broken: string[] = [];
      if (object.size !== version.size) broken.push(`has ${object.size} bytes, not ${version.size}`);
      if (whose === undefined) broken.push('has bytes that nobody sent');
      else if (!whose.has(`${tenant}/${path}`)) broken.push('has bytes that were sent for another path');
      if (was !== undefined && was !== object.sha256) broken.push('has other bytes than before');
      if (version.sha256 !== null && version.sha256 !== object.sha256) broken.push(`has not the sha256 that it tells`);
      return broken;
    },
  };
};
