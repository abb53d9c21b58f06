import { valueOf } from './expression.ts';
import { compilePath, compileReference } from './json-path.ts';
import type { Fields } from './definition-fields.ts';
import type { After, Before, Place } from './machine.ts';
import { compileTemplate } from './payload-template.ts';
import { placeAt } from './result-path.ts';
import { InvalidDefinition } from './state-error.ts';

const compileFilter = (fields: Fields, name: 'InputPath' | 'OutputPath'): Before => {
  const path = fields.raw(name);
  if (path === undefined || path === '$') return (value) => value;
  if (path === null) return () => ({});
  if (typeof path !== 'string') throw new InvalidDefinition(fields.at(name), 'a path is expected');
  const selector = compilePath(path, fields.at(name));
  return (input, context) => valueOf(selector, { input, context }, path, name);
};

/** Compiles ResultPath: `$` (or absent) replaces the input, null throws the result away. */
export const compilePlace = (fields: Fields): Place => {
  const path = fields.raw('ResultPath');
  if (path === undefined) return [];
  if (path === null) return 'discard';
  if (typeof path !== 'string') throw new InvalidDefinition(fields.at('ResultPath'), 'a path is expected');
  return compileReference(path, fields.at('ResultPath'));
};

/** The input of a state with a result put at its place. */
export const put = (input: unknown, place: Place, result: unknown): unknown =>
  place === 'discard' ? input : placeAt(input, place, result);

/** Compiles InputPath, and Parameters where the state has them. */
export const compileBefore = (fields: Fields, parameters: 'Parameters' | undefined): Before => {
  const filter = compileFilter(fields, 'InputPath');
  if (parameters === undefined || !fields.has(parameters)) return filter;
  const template = compileTemplate(fields.raw(parameters), fields.at(parameters));
  return (input, context) => template({ input: filter(input, context), context });
};

/** Compiles ResultSelector, ResultPath and OutputPath; fields that the state may not have were refused before. */
export const compileAfter = (fields: Fields): After => {
  const place = compilePlace(fields);
  const filter = compileFilter(fields, 'OutputPath');
  if (!fields.has('ResultSelector')) return (result, input, context) => filter(put(input, place, result), context);
  const select = compileTemplate(fields.raw('ResultSelector'), fields.at('ResultSelector'));
  return (result, input, context) => filter(put(input, place, select({ input: result, context })), context);
};
