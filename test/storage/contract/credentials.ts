import { expect } from 'vitest';
import type { NodeCredentials } from '../../../functions/storage/node-access.ts';
import type { Contract } from '../node-contract.ts';
import { bytesOf, sha256 } from '../node-subject.ts';
import { codeOf, textObject, textOf } from './read.ts';

export const credentialCases = ({ test, subject, newBucket }: Contract): void => {
  const wrongSecret = (): NodeCredentials => ({ ...subject().credentials, secretAccessKey: 'f'.repeat(64) });
  const unknownKey = (): NodeCredentials => ({ accessKeyId: `GK${'0'.repeat(24)}`, secretAccessKey: 'f'.repeat(64) });
  /** Tells the old pair once, and from then on the new one. */
  const rotated = (before: NodeCredentials, after: NodeCredentials) => {
    const told: NodeCredentials[] = [];
    const secrets = async () => {
      const credentials = told.length === 0 ? before : after;
      told.push(credentials);
      return credentials;
    };
    return { told, secrets };
  };

  for (const [what, wrong] of [
    ['a wrong secret', wrongSecret],
    ['an unknown access key', unknownKey],
  ] as const) {
    test(`${what} is refused as such`, async () => {
      const bucket = newBucket();
      await subject().open().ensureBucket(bucket);
      const client = subject().open({ secrets: async () => wrong() });
      expect(await codeOf(client.put(textObject(bucket, 'a/1', 'x')))).toBe('node_refused');
      expect(await codeOf(client.head({ bucket, key: 'a/1' }))).toBe('node_refused');
      expect(await codeOf(client.listBuckets())).toBe('node_refused');
    });
  }

  test('credentials that have changed are read again, and nothing fails', async () => {
    const { credentials } = subject();
    const bucket = newBucket();
    await subject().open().ensureBucket(bucket);
    const { secrets } = rotated(unknownKey(), credentials);
    const client = subject().open({ secrets });
    await client.put(textObject(bucket, 'a/1', 'abc'));
    expect(await textOf(client, { bucket, key: 'a/1' })).toBe('abc');
    expect(await client.head({ bucket, key: 'a/1' })).toMatchObject({ size: 3 });
  });

  test('bytes that come once are not lost to credentials that have changed', async () => {
    const bucket = newBucket();
    await subject().open().ensureBucket(bucket);
    const { secrets } = rotated(unknownKey(), subject().credentials);
    const client = subject().open({ secrets });
    const body = (async function* () {
      yield bytesOf('abc');
    })();
    await client.put({ ...textObject(bucket, 'a/1', 'abc'), body });
    expect((await client.head({ bucket, key: 'a/1' }))?.size).toBe(3);
  });

  test('another region than the node has is told as such', async () => {
    const client = subject().open({ region: 'mars-north-1' });
    const bucket = newBucket();
    await expect(client.put(textObject(bucket, 'a/1', 'abc'))).rejects.toMatchObject({
      code: 'node_unavailable',
      message: expect.stringMatching(/region/),
    });
  });

  test('a node tells its time', async () => {
    const { open } = subject();
    const skew = (await open().time()).getTime() - new Date().getTime();
    expect(Math.abs(skew)).toBeLessThan(60_000);
  });

  test('a node without its credentials gives nothing', async () => {
    const { open, fetch, send } = subject();
    const client = open();
    const bucket = newBucket();
    await client.ensureBucket(bucket);
    await client.put(textObject(bucket, 'a/1', 'abc'));
    const more = { seconds: 60, contentType: 'text/plain', disposition: 'inline' };
    const [bare = ''] = (await client.signGet({ bucket, key: 'a/1', ...more })).split('?');
    expect((await fetch(bare)).status).toBe(403);
    const body = bytesOf('abc');
    const signed = { bucket, key: 'b/1', size: 3, sha256: sha256(body), contentType: 'text/plain', seconds: 60 };
    const request = await client.signPut(signed);
    const [unsigned = ''] = request.url.split('?');
    expect((await send({ ...request, url: unsigned }, body)).status).toBe(403);
    expect(await client.head({ bucket, key: 'b/1' })).toBeUndefined();
  });
};
