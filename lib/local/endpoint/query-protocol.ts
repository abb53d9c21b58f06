import { notImplemented } from '../aws-error.ts';
import type { Principal } from '../contracts.ts';
import { isArray, isObject } from '../json.ts';
import { asAwsError, requestId } from './wire.ts';
import type { ServiceLookup, WireAnswer, WireRequest } from './wire.ts';
import { escapeXml } from './xml.ts';

/** XML namespaces of the services that speak the query protocol. */
const NAMESPACES: Readonly<Record<string, string>> = {
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
};

export const QUERY_SERVICES: ReadonlySet<string> = new Set(Object.keys(NAMESPACES));

const element = (name: string, value: unknown): string => {
  if (value === undefined || value === null) return '';
  if (isArray(value)) return `<${name}>${value.map((member) => element('member', member)).join('')}</${name}>`;
  if (isObject(value)) return `<${name}>${members(value)}</${name}>`;
  return `<${name}>${escapeXml(String(value))}</${name}>`;
};

const members = (value: Readonly<Record<string, unknown>>): string =>
  Object.entries(value)
    .map(([name, member]) => element(name, member))
    .join('');

const xml = (status: number, body: string): WireAnswer => ({ status, headers: { 'content-type': 'text/xml' }, body });

export const queryError = (thrown: unknown): WireAnswer => {
  const error = asAwsError(thrown);
  const code =
    error.code === 'UnrecognizedClientException' ? 'InvalidClientTokenId' : error.code.replace(/Exception$/, '');
  const status = error.status === 400 && code === 'InvalidClientTokenId' ? 403 : error.status;
  const type = status >= 500 ? 'Receiver' : 'Sender';
  return xml(
    status,
    `<ErrorResponse><Error><Type>${type}</Type><Code>${escapeXml(code)}</Code><Message>${escapeXml(error.message)}</Message></Error>` +
      `<RequestId>${requestId()}</RequestId></ErrorResponse>`,
  );
};

/** Serves the AWS query protocol: a form in, XML out. Rejects with AwsError. */
export const answerQuery = async (
  services: ServiceLookup,
  signingName: string,
  request: WireRequest,
  principal: Principal,
): Promise<WireAnswer> => {
  const { Action: action = '', Version: _version, ...input } = Object.fromEntries(new URLSearchParams(request.body));
  const service = services(signingName);
  if (service === undefined) throw notImplemented(`the service ${signingName}`);
  const output = await service.call(action, input, principal);
  return xml(
    200,
    `<${action}Response xmlns="${NAMESPACES[signingName] ?? ''}">${element(`${action}Result`, output ?? {})}` +
      `<ResponseMetadata><RequestId>${requestId()}</RequestId></ResponseMetadata></${action}Response>`,
  );
};
