import type * as z from 'zod';

/** A Lambda function was given an event that is not its own: wired to the wrong source, or invoked by hand with a wrong file. */
export class MalformedEvent extends Error {
  override readonly name = 'MalformedEvent';
}

const MAX_LISTED = 5;

/**
 * Says what a function takes, and what of this event is not so: `orders.place takes {tenant, traceId, input}, and this
 * event is none: input.orderId: Invalid input`.
 */
export const malformed = (takes: string, problems: readonly string[], cause?: unknown): MalformedEvent => {
  const more = problems.length > MAX_LISTED ? ` (and ${problems.length - MAX_LISTED} more)` : '';
  return new MalformedEvent(`${takes}, and this event is none: ${problems.slice(0, MAX_LISTED).join('; ')}${more}`, {
    cause,
  });
};

/** The places of an event that a schema refuses, in words. */
export const problemsOf = (error: z.ZodError, part?: string): string[] =>
  error.issues.map(({ path, message }) => {
    const place = [...(part === undefined ? [] : [part]), ...path].join('.');
    return place === '' ? message : `${place}: ${message}`;
  });

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/**
 * Looks only at what tells an event of API Gateway from all others: the rest is API Gateway's own, and this is on the way
 * of every request.
 * @throws MalformedEvent
 */
export const requireProxyEvent = (event: unknown, what: string): void => {
  const context = isObject(event) ? event['requestContext'] : undefined;
  const problems = [
    ...(isObject(event) && typeof event['httpMethod'] === 'string' ? [] : ['httpMethod is missing']),
    ...(isObject(context) && typeof context['requestId'] === 'string' ? [] : ['requestContext.requestId is missing']),
    ...(isObject(context) && isObject(context['identity']) ? [] : ['requestContext.identity is missing']),
  ];
  if (problems.length > 0) throw malformed(`${what} takes a Lambda proxy event of API Gateway (format 1.0)`, problems);
};

/**
 * The records of a batch from a queue or a stream.
 * @throws MalformedEvent
 */
export const requireRecords = (event: unknown, source: 'aws:sqs' | 'aws:dynamodb'): void => {
  const takes = `This function takes a batch of ${source} ({"Records": [...]})`;
  const records: unknown = isObject(event) ? event['Records'] : undefined;
  if (!Array.isArray(records)) throw malformed(takes, ['Records is missing']);
  const strange = records.findIndex((record: unknown) => !isObject(record) || record['eventSource'] !== source);
  if (strange >= 0) throw malformed(takes, [`Records.${strange}.eventSource is not ${source}`]);
};

/**
 * The body of a queue's message: JSON of a form.
 * @throws MalformedEvent which says what is taken
 */
export const readMessage = <Body extends z.ZodType>(takes: string, schema: Body, text: string): z.output<Body> => {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    throw malformed(takes, ['the message is no JSON'], cause);
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw malformed(takes, problemsOf(parsed.error), parsed.error);
};
