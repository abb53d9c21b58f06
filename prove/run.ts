/** `npm run prove -- kill [--kills 10] [--seed N]`, `npm run prove -- grants [--sample N] [--seed N]`: proofs by exhaustion or chance that are too long for a test. */
import { parseArgs } from 'node:util';
import { proveGrants } from './grants.ts';
import { proveKill } from './kill.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { kills: { type: 'string', default: '10' }, sample: { type: 'string' }, seed: { type: 'string' } },
});
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);

const proofs: Readonly<Record<string, () => Promise<boolean>>> = {
  grants: () => proveGrants({ seed, ...(values.sample === undefined ? {} : { sample: Number(values.sample) }) }),
  kill: () => proveKill({ kills: Number(values.kills), seed }),
};

const proof = proofs[positionals[0] ?? ''];
if (proof === undefined) {
  console.error(`Usage: npm run prove -- ${Object.keys(proofs).join('|')} [--kills 10] [--sample N] [--seed N]`);
  process.exitCode = 2;
} else if (!(await proof())) {
  process.exitCode = 1;
}
