/**
 * Proofs by exhaustion or chance that are too long for a test: `npm run prove -- kill [--kills 10] [--seed N]`,
 * `npm run prove -- grants [--sample N] [--seed N] [--only TEXT] [--lanes 2] [--uses FILE] [--keep FILE]`,
 * `npm run prove -- planted`.
 */
import { parseArgs } from 'node:util';
import { proveGrants, seedOfApp } from './grants.ts';
import { proveKill } from './kill.ts';
import { provePlanted } from './planted/prove.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kills: { type: 'string', default: '10' },
    sample: { type: 'string' },
    seed: { type: 'string' },
    lanes: { type: 'string', default: '2' },
    uses: { type: 'string' },
    keep: { type: 'string' },
    only: { type: 'string', default: '' },
  },
});
const seed = values.seed === undefined ? undefined : Number(values.seed);

const proofs: Readonly<Record<string, () => Promise<boolean>>> = {
  grants: () =>
    proveGrants({
      sample: values.sample === undefined ? undefined : Number(values.sample),
      seed: seed ?? seedOfApp('cdk.out'),
      only: values.only,
      uses: values.uses,
      keep: values.keep,
      lanes: Number(values.lanes),
    }),
  kill: () => proveKill({ kills: Number(values.kills), seed: seed ?? Math.floor(Math.random() * 2 ** 31) }),
  planted: provePlanted,
};

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const proof = proofs[positionals[0] ?? ''];
if (proof === undefined) {
  console.error(`Usage: npm run prove -- ${Object.keys(proofs).join('|')} [--kills 10] [--sample N] [--seed N]`);
  process.exitCode = 2;
} else if (!(await proof())) {
  process.exitCode = 1;
}
