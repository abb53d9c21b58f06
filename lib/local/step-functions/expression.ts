import { intrinsics } from './intrinsics.ts';
import { compilePath, type Scope, type Selector } from './json-path.ts';
import { InvalidDefinition, runtimeError } from './state-error.ts';

/** AWS allows this many intrinsic functions inside each other. */
const deepest = 10;

const literalPattern = /^(?:true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

/** A quoted string's text. Escaped braces stay escaped: only States.Format knows what an unescaped `{}` is. */
const unquoted = (text: string): string => text.slice(1, -1).replace(/\\(['\\])/g, '$1');

/** Splits the arguments of a call at the commas that are not in quotes, brackets or inner calls. */
const splitArguments = (text: string, where: string): string[] => {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let from = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '\\' && quoted) index += 1;
    else if (character === "'") quoted = !quoted;
    else if (quoted) continue;
    else if (character === '(' || character === '[') depth += 1;
    else if (character === ')' || character === ']') depth -= 1;
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(from, index).trim());
      from = index + 1;
    }
  }
  if (quoted || depth !== 0) throw new InvalidDefinition(where, `unbalanced quotes or brackets: ${text}`);
  const last = text.slice(from).trim();
  if (last !== '' || parts.length > 0) parts.push(last);
  return parts;
};

const compileCall = (text: string, where: string, depth: number): Selector => {
  const call = /^(States\.\w+)\(([\s\S]*)\)$/.exec(text);
  const name = call?.[1] ?? text;
  const intrinsic = Object.hasOwn(intrinsics, name) ? intrinsics[name] : undefined;
  if (call === null || intrinsic === undefined) {
    throw new InvalidDefinition(where, `the intrinsic function ${name} is not implemented`);
  }
  if (depth > deepest) throw new InvalidDefinition(where, `more than ${deepest} intrinsic functions inside each other`);
  const parts = splitArguments(call[2] ?? '', where);
  if (parts.length < intrinsic.least || parts.length > intrinsic.most) {
    throw new InvalidDefinition(where, `${name} does not take ${parts.length} arguments`);
  }
  const selectors = parts.map((part) => compileArgument(part, where, depth));
  return (scope) =>
    intrinsic.run(
      selectors.map((selector, index) => {
        const value = selector(scope);
        if (value === undefined) throw runtimeError(`The JSONPath '${parts[index]}' of '${text}' could not be found`);
        return value;
      }),
    );
};

const compileArgument = (text: string, where: string, depth: number): Selector => {
  if (text.startsWith("'") && text.endsWith("'") && text.length > 1) {
    const literal = unquoted(text);
    return () => literal;
  }
  if (literalPattern.test(text)) {
    const literal: unknown = JSON.parse(text);
    return () => literal;
  }
  return text.startsWith('States.') ? compileCall(text, where, depth + 1) : compilePath(text, where);
};

/** Compiles a path or a call of an intrinsic function: the value of a field whose name ends in `.$`. */
export const compileExpression = (text: string, where: string): Selector =>
  text.startsWith('States.') ? compileCall(text, where, 1) : compilePath(text, where);

/** The value of an expression that must find one; `field` and the scope are named in the error. */
export const valueOf = (selector: Selector, scope: Scope, text: string, field: string): unknown => {
  const value = selector(scope);
  if (value !== undefined) return value;
  const input = text.startsWith('$$') ? scope.context : scope.input;
  throw runtimeError(
    `The JSONPath '${text}' specified for the field '${field}' could not be found in the input '${JSON.stringify(input)}'`,
  );
};
