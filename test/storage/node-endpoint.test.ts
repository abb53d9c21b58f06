import { describe, expect, it } from 'vitest';
import { checkedEndpoint } from '../../functions/storage/node-endpoint.ts';

const NAMES: Readonly<Record<string, readonly string[]>> = {
  's3.example.com': ['203.0.113.7', '2001:db8::7'],
  'store.internal': ['10.1.2.3'],
  'metadata.example.com': ['169.254.169.254'],
  'mixed.example.com': ['203.0.113.7', '127.0.0.1'],
};
const check = (endpoint: string, awsIsLocal = false) =>
  checkedEndpoint(endpoint, { addressesOf: async (host) => NAMES[host] ?? [], awsIsLocal });

describe('the endpoint of a node', () => {
  it.each([
    ['https://s3.example.com', 'https://s3.example.com'],
    ['https://s3.example.com/', 'https://s3.example.com'],
    ['https://STORE.internal:9000', 'https://store.internal:9000'],
    ['https://[2001:db8::7]:9000', 'https://[2001:db8::7]:9000'],
  ])('may be %s', async (endpoint, origin) => {
    expect(await check(endpoint)).toBe(origin);
  });

  it.each([
    ['http://127.0.0.1:9001', 'http://127.0.0.1:9001'],
    ['http://[::1]:9001', 'http://[::1]:9001'],
    ['https://127.0.0.1:9001', 'https://127.0.0.1:9001'],
  ])('may be %s where AWS itself is local, and only there', async (endpoint, origin) => {
    expect(await check(endpoint, true)).toBe(origin);
    await expect(check(endpoint)).rejects.toMatchObject({ code: 'endpoint_refused' });
  });

  it.each([
    'no url',
    'ftp://s3.example.com',
    'http://s3.example.com',
    'http://10.1.2.3:9000',
    'https://user:pass@s3.example.com',
    'https://s3.example.com/bucket',
    'https://s3.example.com?a=b',
    'https://nowhere.example.com',
    'https://metadata.example.com',
    'https://mixed.example.com',
    'https://169.254.169.254',
    'https://0xa9fea9fe',
    'https://2852039166',
    'https://[fe80::1]',
    'https://[fd00:ec2::254]',
    'https://[::ffff:169.254.169.254]',
    'https://0.0.0.0',
    'https://100.100.100.200',
  ])('is not %s, wherever AWS is', async (endpoint) => {
    for (const awsIsLocal of [false, true])
      await expect(check(endpoint, awsIsLocal)).rejects.toMatchObject({ code: 'endpoint_refused', status: 422 });
  });
});
