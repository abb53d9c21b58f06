import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

/** What came of the histories of a lane, as its process tells it. */
const LaneProof = z.object({
  histories: z.int(),
  steps: z.int(),
  calls: z.int(),
  tally: z.array(z.tuple([z.string(), z.array(z.tuple([z.string(), z.int()]))])),
  failure: z.object({ seed: z.int(), message: z.string(), history: z.array(z.string()) }).nullable(),
});
export type LaneProof = z.output<typeof LaneProof>;
const Line = z.union([z.object({ done: z.int() }), z.object({ proof: LaneProof })]);

export interface Lane {
  /** @throws with what the process said when it ended without a proof */
  readonly proof: Promise<LaneProof>;
  stop(): void;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Runs histories of one seed after the other in a process of its own, with the sources of `root`. */
export const startLane = (options: {
  readonly histories: number;
  readonly seed: number;
  readonly root?: string;
  readonly progress?: (done: number) => void;
}): Lane => {
  const root = options.root ?? ROOT;
  const program = join(root, 'prove/storage/lane-process.ts');
  const child = spawn(process.execPath, [program, String(options.histories), String(options.seed)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let proof: LaneProof | undefined;
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = Line.parse(JSON.parse(text));
    if ('proof' in line) proof = line.proof;
    else options.progress?.(line.done);
  });
  return {
    proof: new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', () => {
        if (proof === undefined) reject(new Error(`The histories did not come to their end: ${said.slice(-1500)}`));
        else resolve(proof);
      });
    }),
    stop: () => void child.kill('SIGTERM'),
  };
};
