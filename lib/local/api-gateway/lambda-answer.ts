import { validateHeaderName, validateHeaderValue } from 'node:http';
import { isArray, isObject, parseJson, type JsonObject } from '../json.ts';
import { headerOf, type Exchange } from './exchange.ts';
import { isBinaryType } from './proxy-event.ts';

interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | Buffer;
}

const known = new Set(['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded']);

/** Response headers that belong to the gateway: REST APIs send a function's own ones under another name. */
const remapped = new Set([
  'authorization',
  'connection',
  'content-length',
  'content-md5',
  'date',
  'host',
  'max-forwards',
  'proxy-authenticate',
  'server',
  'te',
  'trailer',
  'upgrade',
  'user-agent',
  'www-authenticate',
]);

const scalar = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;

class Malformed extends Error {}

const addHeader = (headers: [string, string][], name: string, value: unknown): void => {
  const text = scalar(value);
  const lower = name.toLowerCase();
  if (text === undefined) throw new Malformed(`the header ${name} is not text`);
  if (lower === 'transfer-encoding') return;
  const sent = remapped.has(lower) ? `x-amzn-remapped-${lower}` : name;
  try {
    validateHeaderName(sent);
    validateHeaderValue(sent, text);
  } catch (error) {
    throw new Malformed(error instanceof Error ? error.message : String(error));
  }
  headers.push([sent, text]);
};

const headersOf = (answer: JsonObject): [string, string][] => {
  const headers: [string, string][] = [];
  const { headers: single, multiValueHeaders: multi } = answer;
  const several = new Set<string>();
  if (multi !== undefined && multi !== null) {
    if (!isObject(multi)) throw new Malformed('multiValueHeaders is not an object');
    for (const [name, values] of Object.entries(multi)) {
      if (!isArray(values)) throw new Malformed(`the values of ${name} are no list`);
      several.add(name.toLowerCase());
      for (const value of values) addHeader(headers, name, value);
    }
  }
  if (single !== undefined && single !== null) {
    if (!isObject(single)) throw new Malformed('headers is not an object');
    for (const [name, value] of Object.entries(single)) {
      // The same name in both: the values of multiValueHeaders are sent.
      if (value !== null && !several.has(name.toLowerCase())) addHeader(headers, name, value);
    }
  }
  return headers;
};

const statusOf = (value: unknown): number => {
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599) {
    throw new Malformed(`the statusCode ${JSON.stringify(value)} is none`);
  }
  return status;
};

/** A base64 body is sent as bytes only to clients that accept one of the API's binary types. */
const bodyOf = (answer: JsonObject, exchange: Exchange): string | Buffer => {
  const { body = '', isBase64Encoded: encoded = false } = answer;
  if (body === null) return '';
  if (typeof body !== 'string') throw new Malformed('the body is not text');
  if (typeof encoded !== 'boolean') throw new Malformed('isBase64Encoded is neither true nor false');
  const accepted = headerOf(exchange.rawHeaders, 'accept')?.split(',')[0];
  const binary = encoded && isBinaryType(exchange.api?.body.binaryMediaTypes ?? [], accepted);
  return binary ? Buffer.from(body, 'base64') : body;
};

/** Reads the answer of a Lambda proxy integration; `problem` says what API Gateway would answer 502 for. */
export const readLambdaAnswer = (payload: string, exchange: Exchange): Answer | { readonly problem: string } => {
  try {
    const answer = parseJson(payload);
    if (!isObject(answer)) throw new Malformed('it is not an object');
    const other = Object.keys(answer).find((key) => !known.has(key));
    if (other !== undefined) throw new Malformed(`it has a field ${other}`);
    const headers = headersOf(answer);
    const typed = headers.some(([name]) => name.toLowerCase() === 'content-type');
    return {
      status: statusOf(answer['statusCode']),
      headers: typed ? headers : [['content-type', 'application/json'], ...headers],
      body: bodyOf(answer, exchange),
    };
  } catch (error) {
    if (error instanceof Malformed || error instanceof SyntaxError) return { problem: error.message };
    throw error;
  }
};
