import { expect, test } from 'vitest';
import { discreetly } from '../../functions/storage/discreetly.ts';
import { nodeRefused } from '../../functions/storage/node-client.ts';
import { nodeSecretRefused } from '../../functions/storage/node-secrets.ts';
import { notFound } from '../../lib/runtime/errors.ts';

test.each([
  nodeRefused('The node node_1 at http://10.0.0.5:9000 refused to store an object: InvalidAccessKeyId.'),
  nodeSecretRefused('There is no secret cartwright/dev/storage/node-1 in Secrets Manager.'),
])('a shop is not told which node failed, where, and with what secret', async (failure) => {
  const told = discreetly(() => Promise.reject(failure))('request');
  await expect(told).rejects.toMatchObject({ code: 'node_unavailable', status: 503, retryAfter: 5, cause: failure });
  await expect(told).rejects.not.toThrow(/node_1|10\.0\.0\.5|InvalidAccessKeyId|secret/);
});

test('what is said of the file itself stays as it is', async () => {
  const missing = notFound('There is no such file.');
  await expect(discreetly(() => Promise.reject(missing))('request')).rejects.toBe(missing);
  await expect(discreetly((request: string) => Promise.resolve(`to ${request}`))('request')).resolves.toBe(
    'to request',
  );
});
