import { isArray, isObject, type JsonObject } from '../json.ts';
import { InvalidDefinition } from './state-error.ts';

/** Reads the fields of one object of a definition; each problem names its path. */
export interface Fields {
  readonly where: string;
  at(name: string): string;
  has(name: string): boolean;
  raw(name: string): unknown;
  text(name: string): string;
  optionalText(name: string): string | undefined;
  optionalNumber(name: string, least: number): number | undefined;
  objects(name: string): readonly JsonObject[];
  optionalObjects(name: string): readonly JsonObject[];
  object(name: string): JsonObject;
}

/** @param known every field that is implemented: any other is refused with its path. */
export const fieldsOf = (value: unknown, where: string, known: readonly string[]): Fields => {
  if (!isObject(value)) throw new InvalidDefinition(where, 'an object is expected');
  const at = (name: string): string => (where === '' ? name : `${where}.${name}`);
  for (const name of Object.keys(value)) {
    if (!known.includes(name)) throw new InvalidDefinition(at(name), 'not implemented');
  }
  const has = (name: string): boolean => Object.hasOwn(value, name);
  const optionalText = (name: string): string | undefined => {
    const field = value[name];
    if (field === undefined || typeof field === 'string') return field;
    throw new InvalidDefinition(at(name), 'a string is expected');
  };
  const optionalObjects = (name: string): readonly JsonObject[] => {
    const field = value[name];
    if (field === undefined) return [];
    if (!isArray(field)) throw new InvalidDefinition(at(name), 'a list is expected');
    return field.map((member, index) => {
      if (!isObject(member)) throw new InvalidDefinition(`${at(name)}[${index}]`, 'an object is expected');
      return member;
    });
  };
  return {
    where,
    at,
    has,
    raw: (name) => value[name],
    optionalText,
    text: (name) => {
      const field = optionalText(name);
      if (field === undefined) throw new InvalidDefinition(at(name), 'is missing');
      return field;
    },
    optionalNumber: (name, least) => {
      const field = value[name];
      if (field === undefined) return undefined;
      if (typeof field !== 'number' || field < least)
        throw new InvalidDefinition(at(name), `a number of at least ${least} is expected`);
      return field;
    },
    optionalObjects,
    objects: (name) => {
      const members = optionalObjects(name);
      if (members.length === 0) throw new InvalidDefinition(at(name), 'a list with members is expected');
      return members;
    },
    object: (name) => {
      const field = value[name];
      if (!isObject(field)) throw new InvalidDefinition(at(name), 'an object is expected');
      return field;
    },
  };
};
