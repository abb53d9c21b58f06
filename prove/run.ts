/**
 * Proofs by exhaustion or chance that are too long for a test: `npm run prove -- kill [--kills 10] [--seed N]`,
 * `npm run prove -- grants [--sample N] [--seed N] [--only TEXT] [--lanes 2] [--uses FILE] [--keep FILE]`,
 * `npm run prove -- planted`, `npm run prove -- recovery`,
 * `npm run prove -- storage [--histories 10000] [--seed N] [--lanes 2] [--planted]`,
 * `npm run prove -- drain`.
 */
import * as z from 'zod';
import { orEnd, readArguments, readOptions, wholeNumber } from '../lib/client/command-line.ts';
import { proveGrants, seedOfApp } from './grants.ts';
import { proveKill } from './kill.ts';
import { provePlanted } from './planted/prove.ts';
import { proveRecovery } from './recovery.ts';
import { proveStorage } from './storage/prove-storage.ts';
import { proveDrain } from './storage/story.ts';

const USAGE = `Usage: npm run prove -- kill [--kills 10] [--seed N]
       npm run prove -- grants [--sample N] [--seed N] [--only TEXT] [--lanes 2] [--uses FILE] [--keep FILE]
       npm run prove -- planted
       npm run prove -- recovery
       npm run prove -- storage [--histories 10000] [--seed N] [--lanes 2] [--planted]
       npm run prove -- drain`;
const { values, positionals } = orEnd(() =>
  readArguments(USAGE, {
    allowPositionals: true,
    options: {
      kills: { type: 'string', default: '10' },
      sample: { type: 'string' },
      seed: { type: 'string' },
      lanes: { type: 'string', default: '2' },
      uses: { type: 'string' },
      keep: { type: 'string' },
      only: { type: 'string', default: '' },
      histories: { type: 'string', default: '10000' },
      planted: { type: 'boolean', default: false },
    },
  }),
);
const { kills, sample, seed, lanes, histories } = orEnd(() =>
  readOptions(
    USAGE,
    z.object({
      kills: wholeNumber(1),
      sample: wholeNumber(1).optional(),
      seed: wholeNumber(0).optional(),
      lanes: wholeNumber(1),
      histories: wholeNumber(1),
    }),
    values,
  ),
);

const proofs: Readonly<Record<string, () => Promise<boolean>>> = {
  drain: proveDrain,
  grants: () =>
    proveGrants({
      sample,
      seed: seed ?? seedOfApp('cdk.out'),
      only: values.only,
      uses: values.uses,
      keep: values.keep,
      lanes,
    }),
  kill: () => proveKill({ kills, seed: seed ?? Math.floor(Math.random() * 2 ** 31) }),
  planted: provePlanted,
  recovery: proveRecovery,
  storage: () =>
    proveStorage({
      histories,
      seed: seed ?? (values.planted ? 1 : Math.floor(Math.random() * 2 ** 31)),
      lanes,
      planted: values.planted,
    }),
};

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const proof = proofs[positionals[0] ?? ''];
if (proof === undefined) {
  console.error(USAGE);
  process.exitCode = 2;
} else if (!(await proof())) {
  process.exitCode = 1;
}
