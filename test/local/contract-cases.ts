import { expect, test } from 'vitest';

/** Titles of cases in which an independent implementation is known to be another than AWS, each with the reason. */
export type Differences = Readonly<Record<string, string>>;

/** A test of a contract suite, by its title. */
export type Case = (title: string, body: () => Promise<void> | void) => void;

/** How the title of a listed difference ends: the command that runs the oracles counts and prints them by it. */
const differs = (title: string, reason: string): string => `${title} [differs: ${reason}]`;

/**
 * Declares the cases of a contract suite. A case that is a listed difference must fail on that implementation, and a
 * row that names no case fails too: so the list says no more and no less than what is true.
 */
export const contractCases = (differences: Differences, declare: (test: Case) => void): void => {
  const declared = new Set<string>();
  declare((title, body) => {
    declared.add(title);
    const reason = differences[title];
    const as: Case = reason === undefined ? test : test.fails;
    as(reason === undefined ? title : differs(title, reason), body);
  });
  const rows = Object.keys(differences);
  if (rows.length > 0) {
    test('every listed difference is a case', () => {
      expect(rows.filter((title) => !declared.has(title))).toEqual([]);
    });
  }
};

/** Declares that what `isOther` looks at was found to be another way on this implementation. */
export const listedDifference = (title: string, reason: string, isOther: () => boolean): void => {
  test(differs(title, reason), () => {
    expect(isOther()).toBe(true);
  });
};

/** Where the implementation to compare with listens; `npm run oracles` starts it and says so by this variable. */
export const oracleUrl = (variable: string): string => {
  const url = process.env[variable];
  if (url === undefined) throw new Error(`${variable} is missing: npm run oracles starts an oracle and sets it`);
  return url;
};

/** The name of the error that a call is refused with. */
export const refusal = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error) return error.name;
    throw error;
  }
  throw new Error('the call was not refused');
};
