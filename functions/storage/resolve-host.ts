import { lookup } from 'node:dns/promises';
import type { AddressesOf } from './node-endpoint.ts';

/** As connections will resolve it. */
export const addressesOf: AddressesOf = async (host) => {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTFOUND') return [];
    throw error;
  }
};
