/** A lane of `npm run prove -- storage`: `node lane-process.ts HISTORIES SEED`, with an answer in lines of JSON. */
import { told } from './history.ts';
import { proveHistories } from './prove.ts';
import { createWorld } from './world.ts';

const [histories, seed] = process.argv.slice(2).map(Number);
if (histories === undefined || seed === undefined) throw new Error('Usage: node lane-process.ts HISTORIES SEED');

const { tally, failure, ...counts } = await proveHistories(createWorld, {
  histories,
  seed,
  progress: (done) => console.log(JSON.stringify({ done })),
});
const proof = {
  ...counts,
  tally: [...tally].map(([kind, outcomes]) => [kind, [...outcomes]]),
  failure: failure === undefined ? null : { ...failure, history: failure.history.map(told) },
};
console.log(JSON.stringify({ proof }));
