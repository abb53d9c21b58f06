import { describe, expect, it } from 'vitest';
import { PLANTED_BUGS } from '../../prove/planted/bugs.ts';
import { proveBug, proveWithoutBug, suitesOfBugs } from '../../prove/planted/prove.ts';

describe('in rough weather', () => {
  it.each(suitesOfBugs())('$file passes without a bug', async (suite) => {
    await expect(proveWithoutBug(suite)).resolves.toBeUndefined();
  });

  it.each(PLANTED_BUGS)('it is noticed when $name, which calm weather hides', async (bug) => {
    const { test } = await proveBug(bug);
    expect(test).toMatch(new RegExp(bug.tests));
  });
});
