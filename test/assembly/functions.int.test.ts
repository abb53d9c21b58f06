import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { bundleOf } from '../../scripts/bundle.ts';
import { resourcesOf, synthesizedApp, textOf } from './app.ts';

const Environment = z.object({ Variables: z.record(z.string(), z.unknown()) });
const LAMBDA = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' };
const SCRIPT = `
  const { parentPort, workerData } = require('node:worker_threads');
  import(workerData).then(
    (module) => parentPort.postMessage(typeof module.handler),
    (error) => parentPort.postMessage(String(error)),
  );`;

/** Loads a bundle as Lambda does at a cold start; answers the type of its handler, or what went wrong. */
const coldStart = (bundle: string, env: Record<string, string>): Promise<unknown> => {
  const worker = new Worker(SCRIPT, { eval: true, env, workerData: bundle });
  const { promise, resolve: settle, reject } = Promise.withResolvers<unknown>();
  worker.once('message', settle);
  worker.once('error', reject);
  return promise.finally(() => worker.terminate());
};

describe('every function', () => {
  const functions = resourcesOf(synthesizedApp(), 'AWS::Lambda::Function').map(({ metadata, properties }) => ({
    entry: String(metadata['cartwright:entry']),
    env: Object.entries(Environment.parse(properties['Environment']).Variables),
  }));

  it('starts with the environment that its stack gives it, without AWS, and has a handler', async () => {
    expect(functions.length).toBeGreaterThan(100);
    for (const { entry, env } of functions) {
      const variables = Object.fromEntries(env.map(([name, value]) => [name, textOf(value)]));
      expect(await coldStart(resolve(bundleOf(entry)), { ...LAMBDA, ...variables }), entry).toBe('function');
    }
  }, 180_000);
});
