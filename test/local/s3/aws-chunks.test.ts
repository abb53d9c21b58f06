import { expect, test } from 'vitest';
import { decodeAwsChunks } from '../../../lib/local/s3/aws-chunks.ts';

const body = '5;chunk-signature=0a\r\nhello\r\n8\r\n, w\r\norl\r\n1\r\nd\r\n0\r\nx-amz-checksum-crc32: abcd==\r\n\r\n';

const decode = async (parts: readonly Buffer[]) => {
  const trailers: Record<string, string> = {};
  const source = async function* () {
    yield* parts;
  };
  const chunks: Buffer[] = [];
  for await (const chunk of decodeAwsChunks(source(), trailers)) chunks.push(chunk);
  return { text: Buffer.concat(chunks).toString(), trailers };
};

test.each([1, 2, 3, 7, 1000])('chunks come apart however the network cuts them: %i bytes at a time', async (size) => {
  const whole = Buffer.from(body);
  const parts = Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
    whole.subarray(index * size, (index + 1) * size),
  );
  expect(await decode(parts)).toEqual({ text: 'hello, w\r\norld', trailers: { 'x-amz-checksum-crc32': 'abcd==' } });
});

test('a body that is not in chunks is refused', async () => {
  await expect(decode([Buffer.from('sku,price\r\n1,2\r\n')])).rejects.toMatchObject({ code: 'IncompleteBody' });
});
