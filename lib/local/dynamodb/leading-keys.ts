import { isArray, isObject } from '../json.ts';
import type { JsonObject } from '../json.ts';
import type { KeyNames } from './catalog.ts';

/** A key attribute's value as IAM compares it: the text of `{"S": ..}`, `{"N": ..}` or `{"B": ..}`. */
const valueText = (attribute: unknown): readonly string[] => {
  if (!isObject(attribute)) return [];
  const value = attribute['S'] ?? attribute['N'] ?? attribute['B'];
  return typeof value === 'string' ? [value] : [];
};

/** The partition key's value in an item or key. */
export const leadingKeyOf = (item: unknown, keys: KeyNames | undefined): readonly string[] =>
  isObject(item) && keys !== undefined ? valueText(item[keys.hash]) : [];

const EQUALITY = /([#\w.-]+)\s*=\s*(:\w+)/g;

/** The partition key's value that a Query asks for; an index's partition key when it has an index. */
export const leadingKeyOfQuery = (input: JsonObject, keys: KeyNames | undefined): readonly string[] => {
  if (keys === undefined) return [];
  const expression = input['KeyConditionExpression'];
  if (typeof expression !== 'string') {
    const legacy = isObject(input['KeyConditions']) ? input['KeyConditions'][keys.hash] : undefined;
    const values = isObject(legacy) ? legacy['AttributeValueList'] : undefined;
    return isArray(values) ? values.flatMap(valueText) : [];
  }
  const names = isObject(input['ExpressionAttributeNames']) ? input['ExpressionAttributeNames'] : {};
  const values = isObject(input['ExpressionAttributeValues']) ? input['ExpressionAttributeValues'] : {};
  for (const [, name = '', placeholder = ''] of expression.matchAll(EQUALITY)) {
    if ((name.startsWith('#') ? names[name] : name) === keys.hash) return valueText(values[placeholder]);
  }
  return [];
};

const WORD = /[#:\w-]+(?=(\s*\()?)/g;
const KEYWORDS = new Set(['set', 'remove', 'add', 'delete', 'and', 'or', 'not', 'between', 'in']);

/** Top-level attributes that a request names, for `dynamodb:Attributes`. */
export const attributesOf = (input: JsonObject): readonly string[] => {
  const names = isObject(input['ExpressionAttributeNames']) ? input['ExpressionAttributeNames'] : {};
  const found = new Set<string>();
  for (const part of ['Item', 'Key'] as const) {
    const value = input[part];
    if (isObject(value)) for (const name of Object.keys(value)) found.add(name);
  }
  for (const [member, expression] of Object.entries(input)) {
    if (!member.endsWith('Expression') || typeof expression !== 'string') continue;
    // Paths inside a document (a.b, a[0]) belong to their top-level attribute.
    for (const match of expression.replace(/\.[#\w-]+|\[\d+\]/g, '').matchAll(WORD)) {
      const word = match[0];
      if (match[1] !== undefined || word.startsWith(':') || /^\d/.test(word) || KEYWORDS.has(word.toLowerCase()))
        continue;
      const name = word.startsWith('#') ? names[word] : word;
      if (typeof name === 'string') found.add(name);
    }
  }
  return [...found];
};
