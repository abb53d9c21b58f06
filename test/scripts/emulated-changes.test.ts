import { globSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { patchedFiles } from '../../prove/planted/plant.ts';
import { changedHealth, WITHDRAWN } from '../../scripts/emulated/changes.ts';
import { createChance } from '../../scripts/emulated/chance.ts';
import { DOMAINS } from '../../scripts/emulated/sequences.ts';

describe('what a deployment to the emulator changes in a copy of the sources', () => {
  it('is there in the sources, once', () => {
    expect(WITHDRAWN.length).toBeGreaterThan(0);
    for (const { patch } of WITHDRAWN) expect(patchedFiles([patch]).get(patch.file)).toContain(patch.put);
    for (const domain of DOMAINS) {
      const patch = changedHealth(domain);
      expect(patchedFiles([patch]).get(patch.file)).toContain(patch.put);
    }
  });

  it('may be in every domain that has an API', () => {
    const domains = globSync('functions/*/health.lambda.ts').map((path) => path.split('/')[1]);
    expect(DOMAINS).toEqual(domains.sort());
  });
});

describe('what such a run leaves to chance', () => {
  it('is repeated by the seed', () => {
    const drawn = (seed: number) => {
      const { shuffled, pick } = createChance(seed);
      return [shuffled(DOMAINS), shuffled(DOMAINS), pick(DOMAINS)];
    };
    expect(drawn(7)).toEqual(drawn(7));
    expect(drawn(7)).not.toEqual(drawn(8));
    expect([...createChance(7).shuffled(DOMAINS)].sort()).toEqual(DOMAINS);
  });
});
