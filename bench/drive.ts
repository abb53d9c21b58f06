import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { ShopInput } from './work.ts';

const Driven = z.object({
  perSecond: z.number(),
  count: z.number(),
  p50: z.number().nullable(),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
  failures: z.record(z.string(), z.number()),
  done: z.number(),
  wholeSeconds: z.number(),
  driverCpuSeconds: z.number(),
});
/** What the driver's process measured; the members are those of `LoopResult`. */
export type Driven = z.output<typeof Driven>;

export interface Load {
  readonly url: string;
  readonly row: string;
  readonly clients: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly shop: ShopInput;
}

/** Runs the load of one row in a process of its own. */
export const drive = (load: Load): Promise<Driven> => {
  const child = spawn(process.execPath, [fileURLToPath(new URL('driver.ts', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(load));
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0
        ? resolve(Driven.parse(JSON.parse(text)))
        : reject(new Error(`The driver of ${load.row} ended with code ${code}`)),
    );
  });
};
