import { isArray, isObject, parseJson } from '../json.ts';
import type { JsonObject } from '../json.ts';
import type { EngineAnswer } from './engine-client.ts';

/** Asks the engine for consumed capacity when the caller did not. */
export const askingForCapacity = (body: string, input: JsonObject): string => {
  const asked = input['ReturnConsumedCapacity'];
  if (asked !== undefined && asked !== 'NONE') return body;
  const start = body.indexOf('{');
  if (asked === 'NONE' || start < 0 || Object.keys(input).length === 0)
    return JSON.stringify({ ...input, ReturnConsumedCapacity: 'TOTAL' });
  return `${body.slice(0, start + 1)}"ReturnConsumedCapacity":"TOTAL",${body.slice(start + 1)}`;
};

/**
 * An item's attribute of that name would begin with a type (`{"S":`), so this is found in the answer's own member only.
 */
const MEMBER = /"ConsumedCapacity":(?=\{"TableName"|\[\{"TableName"|\[\])/;

/** Where the JSON value that begins at `from` ends. Table and index names hold no quotes or brackets. */
const endOfValue = (text: string, from: number): number => {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === 0x7b || character === 0x5b) depth += 1;
    else if (character === 0x7d || character === 0x5d) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
};

const unitsOf = (capacity: unknown): number => {
  if (isArray(capacity)) return capacity.reduce<number>((sum, part) => sum + unitsOf(part), 0);
  return isObject(capacity) && typeof capacity['CapacityUnits'] === 'number' ? capacity['CapacityUnits'] : 0;
};

export interface Consumption {
  readonly units: number;
  /** The answer, without the capacity unless the caller asked for it. */
  readonly answer: EngineAnswer;
}

/** Reads the consumed units out of an engine's answer. */
export const consumption = (answer: EngineAnswer, input: JsonObject): Consumption => {
  const { body } = answer;
  const found = MEMBER.exec(body);
  if (found === null) return { units: 0, answer };
  const start = found.index + found[0].length;
  const end = endOfValue(body, start);
  const units = unitsOf(parseJson(body.slice(start, end)));
  const asked = input['ReturnConsumedCapacity'];
  if (asked !== undefined && asked !== 'NONE') return { units, answer };
  const before = body.slice(0, found.index);
  const after = body.slice(end);
  const joined = before.endsWith(',')
    ? before.slice(0, -1) + after
    : before + (after.startsWith(',') ? after.slice(1) : after);
  return { units, answer: { status: answer.status, body: joined } };
};
