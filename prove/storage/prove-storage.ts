import Table from 'cli-table3';
import { type LaneProof, startLane } from './lane.ts';
import { provePlantedInStorage } from './planted.ts';
import { counted, type Tally } from './run-history.ts';

/** How often it is told how far the histories are. */
const TELL_EVERY = 500;

/** What was tried and what came of it. */
const tallyTable = (proofs: readonly LaneProof[]): string => {
  const tally: Tally = new Map();
  for (const proof of proofs)
    for (const [kind, outcomes] of proof.tally)
      for (const [outcome, times] of outcomes) counted(tally, kind, outcome, times);
  const table = new Table({
    head: ['step', 'times', 'outcomes'],
    style: { head: [], border: [] },
    colAligns: ['left', 'right', 'left'],
    colWidths: [20, 9, 100],
    wordWrap: true,
  });
  for (const [kind, outcomes] of [...tally].sort(([left], [right]) => left.localeCompare(right))) {
    const sorted = [...outcomes].sort(([, left], [, right]) => right - left);
    const times = sorted.reduce((sum, [, count]) => sum + count, 0);
    table.push([kind, times, sorted.map(([outcome, count]) => `${outcome} ${count}`).join(', ')]);
  }
  return table.toString();
};

/** `npm run prove -- storage`: histories in lanes, until all are through or one fails. */
export const proveStorage = async (options: {
  readonly histories: number;
  readonly seed: number;
  readonly lanes: number;
  readonly planted: boolean;
}): Promise<boolean> => {
  const { histories, seed } = options;
  if (options.planted) return provePlantedInStorage(seed);
  const started = performance.now();
  const seconds = (): string => `${((performance.now() - started) / 1000).toFixed(0)} s`;
  const done = Array.from({ length: Math.min(options.lanes, histories) }, () => 0);
  let told = 0;
  const tell = (lane: number, number: number): void => {
    done[lane] = number;
    const all = done.reduce((sum, each) => sum + each, 0);
    if (all - told < TELL_EVERY) return;
    told = all;
    console.log(`${all} of ${histories} histories, ${seconds()}`);
  };
  console.log(`${histories} histories from seed ${seed} on`);
  const lanes = done.map((_, lane) => {
    const from = Math.floor((lane * histories) / done.length);
    const to = Math.floor(((lane + 1) * histories) / done.length);
    return startLane({ seed: seed + from, histories: to - from, progress: (number) => tell(lane, number) });
  });
  let failed = false;
  const ends = lanes.map(async ({ proof }) => {
    const { failure, ...counts } = await proof;
    if (failure !== null && !failed) {
      failed = true;
      const { history } = failure;
      console.log(`Seed ${failure.seed}: ${failure.message}`);
      console.log(`The smallest history that fails (${history.length} steps):\n${history.join('\n')}`);
      for (const { stop } of lanes) stop();
    }
    return { ...counts, failure };
  });
  const proofs: LaneProof[] = [];
  for (const end of await Promise.allSettled(ends)) {
    if (end.status === 'fulfilled') proofs.push(end.value);
    else if (!failed) throw end.reason;
  }
  const sum = (of: (proof: LaneProof) => number): number => proofs.reduce((total, proof) => total + of(proof), 0);
  console.log(tallyTable(proofs));
  console.log(
    `${failed ? 'FAILED, after' : 'All of'} ${sum((proof) => proof.histories)} histories: ${sum((proof) => proof.steps)} steps, ` +
      `${sum((proof) => proof.calls)} calls of ports, each followed by all checks; ${seconds()}.`,
  );
  return !failed;
};
