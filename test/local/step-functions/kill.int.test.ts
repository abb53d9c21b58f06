import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';

const program = join(import.meta.dirname, 'journalled-process.ts');

/** Runs the process, lets it answer some calls, and kills it in the next one; answers the lines that it wrote. */
const runUntil = async (file: string, answers: number): Promise<string[]> => {
  const child = spawn(process.execPath, [program, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  const lines: string[] = [];
  let left = answers;
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (!line.startsWith('call ')) continue;
    if (left === 0) child.kill('SIGKILL');
    else child.stdin.write('go\n');
    left -= 1;
  }
  await exited;
  return lines;
};

it('a Standard execution goes on after SIGKILL in each of its calls, and does nothing again that was finished', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'kill-'));
  const file = join(directory, 'state.db');
  const calls: string[][] = [];
  for (let kill = 0; kill < 3; kill += 1) calls.push(await runUntil(file, kill === 0 ? 0 : 1));
  const last = await runUntil(file, 9);
  rmSync(directory, { recursive: true });
  // Each process is killed in a call whose answer it never had; the next one makes that call again, and no earlier one.
  expect(calls).toEqual([['call 1'], ['call 1', 'call 2'], ['call 2', 'call 3']]);
  expect(last[0]).toBe('call 3');
  expect(JSON.parse(String(last.at(-1)).slice('ended '.length))).toMatchObject({
    status: 'SUCCEEDED',
    output: '[1,2,3]',
  });
});
