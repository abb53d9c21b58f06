import type { StreamRecord } from '../contracts.ts';
import { compileEventPattern } from '../events/event-pattern.ts';
import { parseJson } from '../json.ts';
import type { ReceivedMessage } from '../sqs/queue.ts';

/** Any of a mapping's patterns; no pattern lets everything through. */
const anyOf = (patterns: readonly string[]): ((event: Readonly<Record<string, unknown>>) => boolean) => {
  const compiled = patterns.map((pattern) => compileEventPattern(parseJson(pattern)));
  return (event) => compiled.some((matches) => matches(event));
};

/** Filter criteria of a stream mapping: patterns over the record as the function would get it. */
export const streamFilter = (patterns: readonly string[]): ((record: StreamRecord) => boolean) => {
  if (patterns.length === 0) return () => true;
  const matches = anyOf(patterns);
  return ({ eventName, keys, newImage, oldImage, expired }) =>
    matches({
      eventName,
      dynamodb: { Keys: keys, NewImage: newImage, OldImage: oldImage },
      ...(expired === true ? { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } } : {}),
    });
};

/** A body that is JSON is matched by its fields, any other as text. */
const bodyOf = (body: string): unknown => {
  try {
    return parseJson(body);
  } catch {
    // Not JSON: the pattern sees the text.
    return body;
  }
};

/** Filter criteria of a queue mapping: patterns over `{body}`. */
export const queueFilter = (patterns: readonly string[]): ((message: ReceivedMessage) => boolean) => {
  if (patterns.length === 0) return () => true;
  const matches = anyOf(patterns);
  return ({ body }) => matches({ body: bodyOf(body) });
};
