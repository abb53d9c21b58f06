import { expect, test } from 'vitest';
import { isSignedBy, signatureOf, signatureTime } from '../../../lib/local/endpoint/sigv4.ts';
import type { SignedRequest } from '../../../lib/local/endpoint/sigv4.ts';

/** The examples of AWS's documentation of Signature Version 4 for S3. */
const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const host = 'examplebucket.s3.amazonaws.com';
const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const authorization = (signedHeaders: string, signature: string) =>
  `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=${signedHeaders},Signature=${signature}`;
const date = '20130524T000000Z';

const examples: readonly (readonly [string, SignedRequest])[] = [
  [
    'a get with a range',
    {
      method: 'GET',
      url: '/test.txt',
      headers: {
        host,
        range: 'bytes=0-9',
        'x-amz-content-sha256': empty,
        'x-amz-date': date,
        authorization: authorization(
          'host;range;x-amz-content-sha256;x-amz-date',
          'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
        ),
      },
    },
  ],
  [
    'a put of a key with a dollar sign',
    {
      method: 'PUT',
      url: '/test%24file.text',
      headers: {
        host,
        date: 'Fri, 24 May 2013 00:00:00 GMT',
        'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
        'x-amz-date': date,
        'x-amz-storage-class': 'REDUCED_REDUNDANCY',
        authorization: authorization(
          'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
          '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
        ),
      },
    },
  ],
  [
    'a list with a query',
    {
      method: 'GET',
      url: '/?max-keys=2&prefix=J',
      headers: {
        host,
        'x-amz-content-sha256': empty,
        'x-amz-date': date,
        authorization: authorization(
          'host;x-amz-content-sha256;x-amz-date',
          '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
        ),
      },
    },
  ],
  [
    'a query without a value',
    {
      method: 'GET',
      url: '/?lifecycle',
      headers: {
        host,
        'x-amz-content-sha256': empty,
        'x-amz-date': date,
        authorization: authorization(
          'host;x-amz-content-sha256;x-amz-date',
          'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
        ),
      },
    },
  ],
  [
    'a presigned URL',
    {
      method: 'GET',
      url: `/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=${date}&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404`,
      headers: { host },
    },
  ],
];

const verify = (request: SignedRequest, secretAccessKey = secret): boolean => {
  const signature = signatureOf(request);
  return signature !== undefined && isSignedBy(request, signature, secretAccessKey);
};

test.each(examples)('%s is signed as documented', (_what, request) => {
  expect(verify(request)).toBe(true);
});

test.each(examples)('%s with anything changed is not', (_what, request) => {
  expect(verify(request, `${secret}x`)).toBe(false);
  expect(verify({ ...request, method: 'DELETE' })).toBe(false);
  expect(verify({ ...request, url: request.url.includes('?') ? `${request.url}&x=1` : `${request.url}2` })).toBe(false);
  expect(verify({ ...request, headers: { ...request.headers, host: 'elsewhere' } })).toBe(false);
});

test('a request without a signature has none, and a time that is none is NaN', () => {
  expect(signatureOf({ method: 'GET', url: '/', headers: {} })).toBeUndefined();
  expect(signatureTime(date)).toBe(Date.UTC(2013, 4, 24));
  expect(signatureTime('yesterday')).toBeNaN();
});
