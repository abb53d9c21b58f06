import { AsyncLocalStorage } from 'node:async_hooks';

export type Variables = Readonly<Record<string, string>>;

const current = new AsyncLocalStorage<Variables>();
let latest: Variables = {};

/**
 * Gives each environment of this thread a `process.env` of its own. A function may read its variables at any time: the
 * AWS SDK does so for a client's credentials, with its first request.
 */
export const separateVariables = (): void => {
  Object.defineProperty(process, 'env', {
    configurable: true,
    enumerable: true,
    get: () => current.getStore() ?? latest,
  });
};

/** Runs work that sees these variables, now and whenever it goes on. */
export const withVariables = <Result>(variables: Variables, work: () => Result): Result => {
  latest = variables;
  return current.run(variables, work);
};
