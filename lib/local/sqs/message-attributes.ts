import { createHash, type Hash } from 'node:crypto';
import { AwsError, notImplemented } from '../aws-error.ts';
import { isObject, type JsonObject } from '../json.ts';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

export const md5OfBody = md5;

const addSized = (hash: Hash, text: string): void => {
  const bytes = Buffer.from(text);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bytes.length);
  hash.update(size).update(bytes);
};

/** An attribute of a message: text or number; binary ones are not implemented. */
interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue: string;
}

/** @throws AwsError for an attribute without a type or a value, NotImplemented for a binary one */
export const readAttributes = (given: unknown): Readonly<Record<string, MessageAttribute>> | undefined => {
  if (given === undefined || given === null) return undefined;
  if (!isObject(given)) throw new AwsError('InvalidParameterValue', 'MessageAttributes must be a map');
  const attributes = Object.entries(given).map(([name, value]) => [name, readAttribute(name, value)] as const);
  return attributes.length === 0 ? undefined : Object.fromEntries(attributes);
};

const readAttribute = (name: string, value: unknown): MessageAttribute => {
  const { DataType: type, StringValue: text }: JsonObject = isObject(value) ? value : {};
  if (typeof type === 'string' && type.startsWith('Binary')) throw notImplemented('binary message attributes of sqs');
  if (typeof type !== 'string' || typeof text !== 'string' || !/^(String|Number)(\.|$)/.test(type)) {
    throw new AwsError('InvalidParameterValue', `The message attribute '${name}' needs a DataType and a StringValue.`);
  }
  return { DataType: type, StringValue: text };
};

/** The digest that SDKs compare: name, type and value in the order of the names, each with its length before it. */
export const md5OfAttributes = (attributes: Readonly<Record<string, MessageAttribute>>): string => {
  const hash = createHash('md5');
  for (const name of Object.keys(attributes).sort()) {
    const attribute = attributes[name];
    if (attribute === undefined) continue;
    addSized(hash, name);
    addSized(hash, attribute.DataType);
    hash.update(Buffer.from([1]));
    addSized(hash, attribute.StringValue);
  }
  return hash.digest('hex');
};
