/** A gateway response type with the status and message that API Gateway has for it. */
const builtIn = {
  ACCESS_DENIED: { status: 403, message: 'User is not authorized to access this resource' },
  API_CONFIGURATION_ERROR: { status: 500, message: 'Internal server error' },
  AUTHORIZER_CONFIGURATION_ERROR: { status: 500, message: 'Internal server error' },
  AUTHORIZER_FAILURE: { status: 500, message: 'Internal server error' },
  BAD_REQUEST_BODY: { status: 400, message: 'Invalid request body' },
  BAD_REQUEST_PARAMETERS: { status: 400, message: 'Invalid request parameters' },
  DEFAULT_4XX: { status: 400, message: 'Bad Request' },
  DEFAULT_5XX: { status: 500, message: 'Internal server error' },
  EXPIRED_TOKEN: { status: 403, message: 'The security token included in the request is expired' },
  INTEGRATION_FAILURE: { status: 504, message: 'Internal server error' },
  INTEGRATION_TIMEOUT: { status: 504, message: 'Endpoint request timed out' },
  INVALID_API_KEY: { status: 403, message: 'Forbidden' },
  INVALID_SIGNATURE: { status: 403, message: "Authorization header requires 'Credential' parameter." },
  MISSING_AUTHENTICATION_TOKEN: { status: 403, message: 'Missing Authentication Token' },
  QUOTA_EXCEEDED: { status: 429, message: 'Limit Exceeded' },
  REQUEST_TOO_LARGE: { status: 413, message: 'Request Too Long' },
  RESOURCE_NOT_FOUND: { status: 404, message: 'Not Found' },
  THROTTLED: { status: 429, message: 'Too Many Requests' },
  UNAUTHORIZED: { status: 401, message: 'Unauthorized' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, message: 'Unsupported Media Type' },
  WAF_FILTERED: { status: 403, message: 'Forbidden' },
} as const;

export type GatewayResponseType = keyof typeof builtIn;

const isGatewayResponseType = (type: string): type is GatewayResponseType => Object.hasOwn(builtIn, type);

/** Values of `$context` variables, by their names without `$context.`. */
type ContextLookup = (name: string) => string | undefined;

type Template = (lookup: ContextLookup, header: (name: string) => string | undefined) => string;

/** A gateway response as its template describes it. */
export interface GatewayResponse {
  readonly type: GatewayResponseType;
  readonly status: number | undefined;
  readonly headers: readonly { readonly name: string; readonly value: Template }[];
  readonly bodies: readonly { readonly contentType: string; readonly body: Template }[];
}

/** What the gateway itself answers. */
export interface GatewayAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/** Variables that a gateway response can show; any other is refused where it is declared. */
const knownVariable =
  /^(?:requestId|extendedRequestId|apiId|stage|path|resourcePath|httpMethod|protocol|domainName|accountId|requestTime|requestTimeEpoch|identity\.sourceIp|identity\.userAgent|error\.(?:message|messageString|responseType|validationErrorString)|authorizer\.[\w-]+)$/;

const compileBody = (text: string, path: string): Template => {
  const parts: (string | { readonly variable: string })[] = [];
  let end = 0;
  for (const match of text.matchAll(/\$(?:context\.([\w.-]*\w)|[\w!{(])|#(?:set|if|foreach|else|end)\b/g)) {
    const variable = match[1];
    if (variable === undefined || !knownVariable.test(variable)) {
      throw new Error(`${path}: the local cloud does not implement ${match[0]}`);
    }
    parts.push(text.slice(end, match.index), { variable });
    end = match.index + match[0].length;
  }
  parts.push(text.slice(end));
  return (lookup) => parts.map((part) => (typeof part === 'string' ? part : (lookup(part.variable) ?? ''))).join('');
};

const compileParameter = (value: string, path: string): Template => {
  const literal = /^'([^']*)'$/.exec(value)?.[1];
  if (literal !== undefined) return () => literal;
  const header = /^method\.request\.header\.([\w-]+)$/.exec(value)?.[1];
  if (header !== undefined) return (_lookup, headerOf) => headerOf(header.toLowerCase()) ?? '';
  const variable = /^context\.(.+)$/.exec(value)?.[1];
  if (variable !== undefined && knownVariable.test(variable)) return (lookup) => lookup(variable) ?? '';
  throw new Error(`${path}: the local cloud does not implement ${value}`);
};

/** Compiles a gateway response; `where` is the path of the resource, for errors. */
export const compileGatewayResponse = (
  definition: {
    readonly type: string;
    readonly status: number | undefined;
    readonly parameters: Readonly<Record<string, string>>;
    readonly templates: Readonly<Record<string, string>>;
  },
  where: string,
): GatewayResponse => {
  const { type, status, parameters, templates } = definition;
  if (!isGatewayResponseType(type)) throw new Error(`${where}.ResponseType: there is no gateway response ${type}`);
  const prefix = 'gatewayresponse.header.';
  return {
    type,
    status,
    headers: Object.entries(parameters).map(([name, value]) => {
      const path = `${where}.ResponseParameters.${name}`;
      if (!name.startsWith(prefix)) throw new Error(`${path}: only headers are implemented`);
      return { name: name.slice(prefix.length), value: compileParameter(value, path) };
    }),
    bodies: Object.entries(templates).map(([contentType, text]) => ({
      contentType,
      body: compileBody(text, `${where}.ResponseTemplates.${contentType}`),
    })),
  };
};

const plain: GatewayResponse['bodies'] = [
  { contentType: 'application/json', body: (lookup) => `{"message":${lookup('error.messageString') ?? 'null'}}` },
];

/** The template that the client asks for, else the JSON one, else the first. */
const chooseBody = (bodies: GatewayResponse['bodies'], accept: string | undefined) => {
  const wanted = accept?.split(',').map((type) => type.split(';')[0]?.trim());
  return (
    bodies.find(({ contentType }) => wanted?.includes(contentType) === true) ??
    bodies.find(({ contentType }) => contentType === 'application/json') ??
    bodies[0]
  );
};

/** What the gateway says when a request does not get to its integration, or not back. */
export const gatewayAnswer = (
  responses: ReadonlyMap<GatewayResponseType, GatewayResponse>,
  failure: {
    readonly type: GatewayResponseType;
    readonly status?: number | undefined;
    readonly message?: string | undefined;
  },
  lookup: ContextLookup,
  header: (name: string) => string | undefined,
): GatewayAnswer => {
  const usual = builtIn[failure.type];
  const family = usual.status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX';
  const response = responses.get(failure.type) ?? responses.get(family);
  const message = failure.message ?? usual.message;
  const withError: ContextLookup = (name) => {
    if (name === 'error.message') return message;
    if (name === 'error.messageString') return JSON.stringify(message);
    return name === 'error.responseType' ? failure.type : lookup(name);
  };
  const template = chooseBody(
    response === undefined || response.bodies.length === 0 ? plain : response.bodies,
    header('accept'),
  );
  const headers = (response?.headers ?? []).map(({ name, value }) => [name, value(withError, header)] as const);
  const typed = headers.some(([name]) => name.toLowerCase() === 'content-type');
  return {
    status: response?.status ?? failure.status ?? usual.status,
    headers: typed || template === undefined ? headers : [['content-type', template.contentType], ...headers],
    body: template?.body(withError, header) ?? '',
  };
};
