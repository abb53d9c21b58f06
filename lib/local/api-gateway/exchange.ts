import type { Api } from './apis.ts';
import type { RouteMatch } from './routes.ts';

/** What an authorizer said of the caller: strings only, as integrations get it. */
export interface AuthorizerContext {
  readonly principalId: string;
  readonly values: Readonly<Record<string, string>>;
  readonly usageIdentifierKey: string | undefined;
}

/** A request on its way through the gateway. */
export interface Exchange {
  readonly method: string;
  /** As it was sent, without the query. */
  readonly path: string;
  readonly query: string;
  /** Name, value, name, value, ...: names in the client's spelling. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly sourceIp: string;
  readonly httpVersion: string;
  readonly requestId: string;
  readonly extendedRequestId: string;
  /** `Root=1-...`: the client's or our own. */
  readonly traceHeader: string;
  /** The trace id in it. */
  readonly traceId: string;
  readonly startedAt: number;
  /** The API that the path belongs to, if any. */
  readonly api: Api | undefined;
  readonly match: RouteMatch | undefined;
  authorizer: AuthorizerContext | undefined;
  apiKey: { readonly id: string; readonly value: string } | undefined;
}

/** The last value of a header, by its name in lower case. */
export const headerOf = (rawHeaders: readonly string[], name: string): string | undefined => {
  for (let index = rawHeaders.length - 2; index >= 0; index -= 2) {
    if (rawHeaders[index]?.toLowerCase() === name) return rawHeaders[index + 1];
  }
  return undefined;
};

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The time of a request in the form of a common log: `01/Mar/2026:12:00:00 +0000`. */
export const requestTime = (milliseconds: number): string => {
  const iso = new Date(milliseconds).toISOString();
  return `${iso.slice(8, 10)}/${months[Number(iso.slice(5, 7)) - 1] ?? ''}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
};

/** The ARN by which policies name the method of a request. */
export const methodArn = (
  exchange: Exchange,
  account: { readonly accountId: string; readonly region: string },
): string => {
  const { api } = exchange;
  return `arn:aws:execute-api:${account.region}:${account.accountId}:${api?.id ?? ''}/${api?.stage?.name ?? ''}/${exchange.method}${exchange.path}`;
};

/** The `$context` variables of a request, for gateway responses. */
export const contextVariable = (exchange: Exchange, accountId: string, name: string): string | undefined => {
  if (name.startsWith('authorizer.')) {
    const key = name.slice('authorizer.'.length);
    return key === 'principalId' ? exchange.authorizer?.principalId : exchange.authorizer?.values[key];
  }
  switch (name) {
    case 'requestId':
      return exchange.requestId;
    case 'extendedRequestId':
      return exchange.extendedRequestId;
    case 'apiId':
      return exchange.api?.id;
    case 'stage':
      return exchange.api?.stage?.name;
    case 'path':
      return exchange.path;
    case 'resourcePath':
      return exchange.match?.route.path;
    case 'httpMethod':
      return exchange.method;
    case 'protocol':
      return `HTTP/${exchange.httpVersion}`;
    case 'domainName':
      return headerOf(exchange.rawHeaders, 'host');
    case 'accountId':
      return accountId;
    case 'requestTime':
      return requestTime(exchange.startedAt);
    case 'requestTimeEpoch':
      return String(exchange.startedAt);
    case 'identity.sourceIp':
      return exchange.sourceIp;
    case 'identity.userAgent':
      return headerOf(exchange.rawHeaders, 'user-agent');
    default:
      return undefined;
  }
};
