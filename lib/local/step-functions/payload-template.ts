import { isArray, isObject } from '../json.ts';
import { compileExpression, valueOf } from './expression.ts';
import type { Selector } from './json-path.ts';
import { InvalidDefinition } from './state-error.ts';

const hasExpressions = (template: unknown): boolean => {
  if (isArray(template)) return template.some(hasExpressions);
  return (
    isObject(template) && Object.entries(template).some(([key, value]) => key.endsWith('.$') || hasExpressions(value))
  );
};

/**
 * Compiles Parameters, ResultSelector or ItemSelector: fields named `x.$` hold a path or an intrinsic function, all
 * others stand for themselves.
 */
export const compileTemplate = (template: unknown, where: string): Selector => {
  if (!hasExpressions(template)) return () => template;
  if (isArray(template)) {
    const members = template.map((member, index) => compileTemplate(member, `${where}[${index}]`));
    return (scope) => members.map((member) => member(scope));
  }
  const fields: (readonly [string, Selector])[] = [];
  for (const [key, value] of Object.entries(isObject(template) ? template : {})) {
    const path = `${where}.${key}`;
    if (!key.endsWith('.$')) {
      fields.push([key, compileTemplate(value, path)]);
      continue;
    }
    if (typeof value !== 'string') throw new InvalidDefinition(path, 'a path or an intrinsic function is expected');
    const selector = compileExpression(value, path);
    fields.push([key.slice(0, -2), (scope) => valueOf(selector, scope, value, key)]);
  }
  return (scope) => {
    const result: Record<string, unknown> = {};
    for (const [name, field] of fields) result[name] = field(scope);
    return result;
  };
};
