/**
 * The load of one row, in a process of its own, so that the clients' work is not the servers'. Started by `run.ts`, which
 * writes the row's JSON to its standard input. Prints one line of JSON.
 */
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { benchClient } from './client.ts';
import { runLoop } from './loop.ts';
import { ShopInput, workOf } from './work.ts';

const Input = z.object({
  url: z.string(),
  row: z.string(),
  clients: z.number().int(),
  warmUpSeconds: z.number(),
  seconds: z.number(),
  shop: ShopInput,
});

const input = Input.parse(JSON.parse(await text(process.stdin)));
const api = benchClient(input.url);
const result = await runLoop(input, workOf(input.row, api, input.shop));
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ ...result, driverCpuSeconds: (user + system) / 1e6 }));
api.close();
