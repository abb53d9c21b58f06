import { BlockList, isIPv4, isIPv6 } from 'node:net';

/**
 * Addresses that are no public host's, by IANA's registries of special-purpose addresses (RFC 6890 and its successors), with
 * multicast and what was once reserved.
 */
const NOT_PUBLIC_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
/** Of the one block that is given to public hosts (2000::/3): what is none, or leads to an IPv4 address that it hides. */
const NOT_PUBLIC_V6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const closedV4 = new BlockList();
for (const [net, prefix] of NOT_PUBLIC_V4) closedV4.addSubnet(net, prefix, 'ipv4');
const openV6 = new BlockList();
openV6.addSubnet('2000::', 3, 'ipv6');
const closedV6 = new BlockList();
for (const [net, prefix] of NOT_PUBLIC_V6) closedV6.addSubnet(net, prefix, 'ipv6');
const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Is it an address at which anybody's host may be? Everything that is not known to be one is none. */
export const isPublicAddress = (address: string): boolean => {
  if (isIPv4(address)) return !closedV4.check(address, 'ipv4');
  return isIPv6(address) && openV6.check(address, 'ipv6') && !closedV6.check(address, 'ipv6');
};

/** Is it this very machine? A mapped address (`::ffff:127.0.0.1`) is not taken for one. */
export const isLoopback = (address: string): boolean => {
  if (isIPv4(address)) return loopback.check(address, 'ipv4');
  return isIPv6(address) && !/^::ffff:/i.test(address) && loopback.check(address, 'ipv6');
};

/** Sources on this machine are for trying things out, where AWS itself is on this machine; `endpoint` is unset on AWS. */
export const allowsLoopback = (endpoint: string | undefined): boolean =>
  endpoint !== undefined && isLoopback(new URL(endpoint).hostname.replace(/^\[(.*)\]$/, '$1'));
