import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { defineError } from '../../lib/runtime/errors.ts';
import { isLoopback, isPublicAddress } from './source-address.ts';

/** The URL can never be fetched: what it names is not allowed, not there, or not of a kind that can be stored. */
export const sourceRefused = defineError('source_refused', 422, 'The file cannot be fetched');
/** It may be fetched another time. */
export const sourceFailed = defineError('source_failed', 503, 'The file could not be fetched');

const MAX_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export interface Source {
  /** Bytes, as the server says: the length of what follows, if it keeps its word. */
  readonly size: number;
  readonly contentType: string | null;
  readonly body: AsyncIterable<Uint8Array>;
  /** Ends the connection, whatever is still to come. */
  readonly close: () => void;
}

export interface SourceOptions {
  readonly maxBytes: number;
  /** All addresses of a host. */
  readonly addressesOf: (host: string) => Promise<readonly string[]>;
  /** Only where AWS itself is on this machine: for trying things out. */
  readonly allowLoopback: boolean;
  /** A connection over which nothing comes for so long is given up. */
  readonly idleMs: number;
}

/** @throws source_refused for anything but a plain http or https URL */
export const parseSourceUrl = (text: string, base?: URL): URL => {
  if (!URL.canParse(text, base?.href)) throw sourceRefused(`${JSON.stringify(text.slice(0, 200))} is no URL.`);
  const url = new URL(text, base);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw sourceRefused(`Files are fetched by https or http, not by ${url.protocol}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw sourceRefused(
      'The URL has a user name or a password in it. Use a URL that needs none, such as a signed one.',
    );
  }
  return url;
};

/** `[::1]` without its brackets. */
const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');

const isAllowed = (address: string, { allowLoopback }: Pick<SourceOptions, 'allowLoopback'>): boolean =>
  isPublicAddress(address) || (allowLoopback && isLoopback(address));

const notPublic = (host: string) =>
  sourceRefused(`${host} is not a public address. Files are fetched from the public Internet only.`);

/**
 * What can be said of a URL before anything is looked up. @throws source_refused
 */
export const refuseHopeless = (text: string, options: Pick<SourceOptions, 'allowLoopback'>): void => {
  const host = hostOf(parseSourceUrl(text));
  if (isIP(host) !== 0 && !isAllowed(host, options)) throw notPublic(host);
};

/**
 * The address that is connected to: one of the host's, all of which must be allowed. A host that names a private address
 * beside a public one is up to something.
 * @throws source_refused, source_failed
 */
const checkedAddress = async (url: URL, options: SourceOptions): Promise<string> => {
  const host = hostOf(url);
  const addresses =
    isIP(host) === 0
      ? await options.addressesOf(host).catch((cause: unknown) => {
          throw sourceFailed(`The name ${host} could not be looked up.`, { cause });
        })
      : [host];
  const [address] = addresses;
  if (address === undefined) throw sourceRefused(`The name ${host} has no address.`);
  if (!addresses.every((one) => isAllowed(one, options))) throw notPublic(host);
  return address;
};

/** Connects to the address that was checked: a second look-up could say something else. */
const pinned =
  (address: string): LookupFunction =>
  (_host, options, callback) => {
    const family = isIP(address);
    if (options.all === true) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };

const answerOf = (url: URL, address: string, { idleMs }: SourceOptions): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(url, {
      lookup: pinned(address),
      agent: false,
      timeout: idleMs,
      // Compressed bytes would be others than those of the file.
      headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'Cartwright-Fetch/1' },
    });
    request.on('timeout', () => request.destroy(new Error(`${url.host} did not answer for ${idleMs} ms`)));
    request.on('error', (cause) => {
      reject(sourceFailed(`${url.host} could not be read: ${cause.message}.`, { cause }));
    });
    request.on('response', resolve);
    request.end();
  });

const isPassing = (status: number): boolean => status >= 500 || status === 408 || status === 429;

/** What the server says of the body, as far as it can be stored. @throws source_refused, source_failed */
const sourceOf = (answer: IncomingMessage, url: URL, maxBytes: number): Source => {
  const status = answer.statusCode ?? 0;
  const { host } = url;
  if (isPassing(status)) throw sourceFailed(`${host} answered with the status ${status}.`);
  if (status !== 200) throw sourceRefused(`${host} answered with the status ${status}, not with the file.`);
  const encoding = answer.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw sourceRefused(`${host} sends the file only compressed (${encoding}).`);
  const length = answer.headers['content-length'];
  if (length === undefined || answer.headers['transfer-encoding'] !== undefined) {
    throw sourceRefused(`${host} does not say how long the file is. Space is reserved before a file is stored.`);
  }
  const size = /^\d{1,15}$/.test(length) ? Number(length) : Number.NaN;
  if (!Number.isSafeInteger(size)) throw sourceRefused(`${host} says that the length of the file is ${length}.`);
  if (size > maxBytes) {
    throw sourceRefused(`The file has ${size} bytes; by URL, ${maxBytes} can be fetched at most. Upload it in parts.`);
  }
  return {
    size,
    contentType: answer.headers['content-type'] ?? null,
    body: answer,
    close: () => answer.destroy(),
  };
};

/**
 * Opens a file of the public Internet. Every address, also after each of at most three redirects, is checked before it is
 * connected to.
 * @throws source_refused for good, source_failed for now
 */
export const openSource = async (text: string, options: SourceOptions): Promise<Source> => {
  let url = parseSourceUrl(text);
  for (let redirects = 0; ; redirects += 1) {
    const answer = await answerOf(url, await checkedAddress(url, options), options);
    const { location } = answer.headers;
    if (!REDIRECTS.has(answer.statusCode ?? 0) || location === undefined) {
      try {
        return sourceOf(answer, url, options.maxBytes);
      } catch (error) {
        answer.destroy();
        throw error;
      }
    }
    answer.destroy();
    if (redirects === MAX_REDIRECTS) throw sourceRefused(`${url.host} redirects more than ${MAX_REDIRECTS} times.`);
    url = parseSourceUrl(location, url);
  }
};
