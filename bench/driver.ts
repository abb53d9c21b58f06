/**
 * The load of one row, in a process of its own, so that the clients' work is not the servers'. Started by `run.ts` with one
 * argument: the row's JSON. Prints one line of JSON.
 */
import * as z from 'zod';
import { apiClient } from '../lib/client/http.ts';
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

const input = Input.parse(JSON.parse(process.argv[2] ?? '{}'));
const api = apiClient(input.url);
const result = await runLoop(input, workOf(input.row, api, input.shop));
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ ...result, driverCpuSeconds: (user + system) / 1e6 }));
api.close();
