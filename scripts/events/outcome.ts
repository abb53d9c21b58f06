import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { Expectation } from './event-file.ts';

/** What an invocation came to, however it was run. */
export interface Outcome {
  /** The answer's JSON text; of a function that threw, Lambda's `{errorType, errorMessage, trace}`. */
  readonly payload: string;
  readonly failed: boolean;
  /** The lines that it printed. */
  readonly lines: readonly string[];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
};

/** `{"$matches": "^rt_"}` stands for any text of that pattern: what is new with each run, such as a token. */
const MATCHES = '$matches';

/** Where `actual` is not what `expected` asks for: one line each, empty when it holds. */
export const differences = (expected: unknown, actual: unknown, path: string): string[] => {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return [`${path}: expected a list, got ${show(actual)}`];
    const elements: readonly unknown[] = actual;
    if (expected.length === 0) return elements.length === 0 ? [] : [`${path}: expected [], got ${show(actual)}`];
    return expected.flatMap((element: unknown, index) =>
      elements.some((each) => differences(element, each, '').length === 0)
        ? []
        : [`${path}[${index}]: ${show(element)} is not among ${show(actual)}`],
    );
  }
  if (isObject(expected)) {
    const pattern = expected[MATCHES];
    if (typeof pattern === 'string') {
      return typeof actual === 'string' && new RegExp(pattern).test(actual)
        ? []
        : [`${path}: ${show(actual)} does not match ${pattern}`];
    }
    if (!isObject(actual)) return [`${path}: expected an object, got ${show(actual)}`];
    return Object.entries(expected).flatMap(([name, member]) => differences(member, actual[name], `${path}.${name}`));
  }
  return isDeepStrictEqual(expected, actual) ? [] : [`${path}: expected ${show(expected)}, got ${show(actual)}`];
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no JSON: what is expected of it will not be there
  }
};

const ProxyAnswer = z.looseObject({
  statusCode: z.number(),
  headers: z.record(z.string(), z.unknown()).optional(),
  body: z.string(),
});

const thrownBy = (
  { errorType, errorMessage }: { errorType: string; errorMessage: string },
  outcome: Outcome,
): string[] => {
  const answer = parse(outcome.payload);
  if (!outcome.failed) return [`expected the function to throw ${errorType}, and it answered ${show(answer)}`];
  const thrown = isObject(answer) ? answer : {};
  const message = thrown['errorMessage'];
  return [
    ...differences(errorType, thrown['errorType'], 'errorType'),
    ...(typeof message === 'string' && message.includes(errorMessage)
      ? []
      : [`errorMessage: ${show(message)} does not contain ${show(errorMessage)}`]),
  ];
};

const answered = (expect: Expectation, outcome: Outcome): string[] => {
  if (outcome.failed) return [`the function threw: ${outcome.payload.slice(0, 600)}`];
  const answer = parse(outcome.payload);
  if (expect.status === undefined) return differences(expect.result, answer, 'result');
  const proxy = ProxyAnswer.safeParse(answer);
  if (!proxy.success) return [`expected an answer for API Gateway, got ${show(answer)}`];
  const { statusCode, headers, body } = proxy.data;
  return [
    ...(statusCode === expect.status
      ? []
      : [`status: expected ${expect.status}, got ${statusCode} ${body.slice(0, 600)}`]),
    ...(expect.headers === undefined ? [] : differences(expect.headers, headers, 'headers')),
    ...(expect.body === undefined ? [] : differences(expect.body, parse(body), 'body')),
  ];
};

/** What an invocation did otherwise than its event file expects; empty when it passed. */
export const violations = (expect: Expectation, outcome: Outcome): string[] => {
  const printed = outcome.lines.map(parse).filter(isObject);
  const missing = (expect.logs ?? []).filter(
    (line) => !printed.some((each) => differences(line, each, '').length === 0),
  );
  return [
    ...(expect.error === undefined ? answered(expect, outcome) : thrownBy(expect.error, outcome)),
    ...missing.map((line) => `logs: no line has ${show(line)}`),
  ];
};
