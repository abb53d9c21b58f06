/**
 * Least privilege, proven: the end-to-end suite is run while the local cloud notes each permission that is used. A
 * granted action that nothing used fails the proof. Then each statement is taken away in turn, and the quickest file that
 * used it must fail, or the app must not start, with the action named.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Table from 'cli-table3';
import { type GrantedStatement, grantsClient } from '../lib/local/grants-client.ts';
import { seededRandom } from '../lib/local/weather.ts';
import { describeGrant, grantsOf, shortName, unusedGrants } from './granted.ts';
import { readUses, recordUses, startProvingCloud } from './grant-uses.ts';
import { createRemovals, type Evidence, type Removal } from './removals.ts';
import { isUntested } from './untested-grants.ts';

/** A seed that is another one for another app, and the same for the same. */
export const seedOfApp = (assembly: string): number => {
  const hash = createHash('sha256');
  for (const file of readdirSync(assembly).sort())
    if (file.endsWith('.template.json')) hash.update(readFileSync(join(assembly, file)));
  return hash.digest().readUInt32BE();
};

/** `count` of them, in an order that the seed decides. */
const sampleOf = <T>(all: readonly T[], count: number, seed: number): T[] => {
  const random = seededRandom(seed);
  return all
    .map((one) => ({ one, order: random() }))
    .sort((a, b) => a.order - b.order)
    .slice(0, count)
    .map(({ one }) => one);
};

const duration = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, '0')}`;

const describeStatement = ({ role, actions, resources }: GrantedStatement): string => {
  const [first = '', ...others] = resources.map(shortName);
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return `${shortName(role)}: ${actions.join(', ')} on ${first}${more}`;
};

const shownBy = ({ by, byRefusalAlone }: Removal): string =>
  by === undefined ? 'NOBODY' : `${by}${byRefusalAlone ? ' (refused)' : ''}`;

const removeEach = async (
  chosen: readonly GrantedStatement[],
  evidence: Evidence,
  lanes: number,
): Promise<Removal[]> => {
  const started = performance.now();
  const queue = [...chosen];
  const done: Removal[] = [];
  const lane = async (): Promise<void> => {
    const removals = createRemovals(evidence);
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const removal = await removals.remove(next);
        done.push(removal);
        const elapsed = (performance.now() - started) / 1000;
        const left = (elapsed / done.length) * (chosen.length - done.length);
        const by = removal.by === undefined ? 'NOT NOTICED' : `${removal.action} missed by ${shownBy(removal)}`;
        console.log(
          `${done.length} of ${chosen.length}, ${duration(left)} left: ${describeStatement(next)}: ${by} (${removal.seconds.toFixed(1)} s)`,
        );
      }
    } finally {
      await removals.stop();
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, chosen.length) }, lane));
  return done;
};

export interface GrantsProof {
  /** How many statements are taken away, chosen by the seed; all when absent. */
  readonly sample?: number | undefined;
  readonly seed: number;
  /** Part of what a statement is called here; the others are left in place. */
  readonly only: string;
  /** What a run of the suite has noted before; the suite is run when absent. */
  readonly uses?: string | undefined;
  /** A file in which what a run of the suite notes is kept, for `uses` of the next time. */
  readonly keep?: string | undefined;
  /** Clouds at a time. */
  readonly lanes: number;
}

/** Runs the proof; resolves true when nothing is granted in vain and each statement that was taken away was missed. */
export const proveGrants = async ({ sample, seed, only, uses, keep, lanes }: GrantsProof): Promise<boolean> => {
  const started = performance.now();
  const { cloud, stop } = await startProvingCloud();
  const grants = grantsClient(cloud.awsUrl);
  const start = (await grants.since(0))?.uses ?? [];
  const statements = await grants.statements();
  await stop();
  console.log(`${statements.length} statements, seed ${seed}`);
  const tests = uses === undefined ? await recordUses(keep) : readUses(uses);
  const unused = unusedGrants(statements, [...start, ...tests.flatMap((test) => test.uses)]).filter(
    (grant) => !isUntested(grant),
  );
  for (const grant of unused) console.error(`Granted, but used by no test: ${describeGrant(grant)}`);

  const eligible = statements.filter(
    (statement) => describeStatement(statement).includes(only) && !grantsOf(statement).every(isUntested),
  );
  const chosen = sample === undefined ? eligible : sampleOf(eligible, sample, seed);
  const removals = await removeEach(chosen, { start, tests }, lanes);
  const table = new Table({ head: ['without', 'missed', 'by', 's'], style: { head: [], border: [] } });
  for (const removal of removals)
    table.push([
      describeStatement(removal.statement),
      removal.action ?? '',
      shownBy(removal),
      removal.seconds.toFixed(1),
    ]);
  console.log(table.toString());
  const missed = removals.filter(({ by }) => by !== undefined).length;
  const refusals = removals.filter(({ byRefusalAlone }) => byRefusalAlone).length;
  console.log(
    `${statements.length} statements, seed ${seed}: ${unused.length} grants unused, ${missed} of ${removals.length} removals noticed (${refusals} by the refusal alone), in ${duration((performance.now() - started) / 1000)}`,
  );
  return unused.length === 0 && missed === removals.length;
};
