/** One thing that the product promises, as it was found. */
export interface Finding {
  readonly promise: string;
  readonly kept: boolean;
  /** What was expected and what came, when it was not kept. */
  readonly detail: string;
}

/** Collects promises and whether they were kept. */
export interface Promises {
  readonly findings: readonly Finding[];
  /** Both sides are compared as JSON. */
  equal(promise: string, actual: unknown, expected: unknown): void;
  holds(promise: string, kept: boolean, detail?: string): void;
}

export const promises = (heard: (finding: Finding) => void = () => undefined): Promises => {
  const findings: Finding[] = [];
  const add = (finding: Finding): void => {
    findings.push(finding);
    heard(finding);
  };
  return {
    findings,
    equal: (promise, actual, expected) => {
      const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
      add({ promise, kept: found === wanted, detail: found === wanted ? '' : `expected ${wanted}, found ${found}` });
    },
    holds: (promise, kept, detail = '') => add({ promise, kept, detail: kept ? '' : detail }),
  };
};
