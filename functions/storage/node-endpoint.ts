import { BlockList, isIP } from 'node:net';
import { defineError } from '../../lib/runtime/errors.ts';

export const endpointRefused = defineError('endpoint_refused', 422, 'A node cannot be at this endpoint');

/** The addresses of a host name; none when it has none. */
export type AddressesOf = (host: string) => Promise<readonly string[]>;

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Where machines of a cloud find their own credentials, and what no router passes on (RFC 3927, 4291, 6890). */
const NEVER = new BlockList();
NEVER.addSubnet('0.0.0.0', 8, 'ipv4');
NEVER.addSubnet('169.254.0.0', 16, 'ipv4');
NEVER.addAddress('100.100.100.200', 'ipv4');
NEVER.addSubnet('192.0.0.0', 24, 'ipv4');
NEVER.addSubnet('224.0.0.0', 3, 'ipv4');
NEVER.addAddress('::', 'ipv6');
NEVER.addSubnet('fe80::', 10, 'ipv6');
NEVER.addSubnet('ff00::', 8, 'ipv6');
NEVER.addAddress('fd00:ec2::254', 'ipv6');

/** `check` looks through IPv4 addresses that are written as IPv6. */
const isIn = (list: BlockList, address: string): boolean => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/**
 * The origin of a node's endpoint: https, or http to this machine where AWS itself is on this machine. Private networks
 * are fine, as a store may be in one; addresses at which clouds hand out credentials never are.
 * @throws endpoint_refused with what to send instead
 */
export const checkedEndpoint = async (
  endpoint: string,
  { addressesOf, awsIsLocal }: { readonly addressesOf: AddressesOf; readonly awsIsLocal: boolean },
): Promise<string> => {
  if (!URL.canParse(endpoint)) throw endpointRefused('endpoint must be a URL, like https://s3.example.com.');
  const url = new URL(endpoint);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw endpointRefused(`endpoint must begin with https://, and begins with ${url.protocol}`);
  if (url.username !== '' || url.password !== '')
    throw endpointRefused('endpoint must not hold credentials: they are in the secret.');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw endpointRefused(
      `endpoint must be scheme, host and port alone, like ${url.origin}; buckets are the system's.`,
    );
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const addresses = isIP(host) === 0 ? await addressesOf(host) : [host];
  if (addresses.length === 0) throw endpointRefused(`The host ${host} has no address. Check the name of the endpoint.`);
  const never = addresses.find((address) => isIn(NEVER, address));
  if (never !== undefined)
    throw endpointRefused(`${host} is ${never}: a link-local or metadata address is never a storage node's.`);
  const isLoopback = addresses.every((address) => isIn(LOOPBACK, address));
  if (addresses.some((address) => isIn(LOOPBACK, address)) && !(isLoopback && awsIsLocal))
    throw endpointRefused(
      `${host} is the machine of the function itself. Send the address that the store is reached at.`,
    );
  if (url.protocol === 'http:' && !isLoopback)
    throw endpointRefused(`${url.origin} would carry credentials and files in the clear. Send its https:// endpoint.`);
  return url.origin;
};
