import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import * as z from 'zod';

const Template = z.object({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
});
const FunctionProperties = z.object({
  FunctionName: z.string(),
  Code: z.object({ S3Key: z.string() }),
  Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }).optional(),
});

/** A function's bundle: its size as JavaScript and compressed, and how long it takes to load in a fresh thread. */
export interface FunctionFigures {
  readonly name: string;
  readonly kilobytes: number;
  readonly compressedKilobytes: number;
  readonly initMs: number;
}

/** Loads a bundle in a thread as a cold environment does; values that only a deployment knows are stood in for. */
const initMs = (file: string, variables: Readonly<Record<string, unknown>>): Promise<number> => {
  const known = Object.entries(variables).map(([name, value]) => [name, typeof value === 'string' ? value : 'x']);
  const source = `
    const { parentPort, workerData } = require('node:worker_threads');
    const started = performance.now();
    import(workerData).then(() => parentPort.postMessage(performance.now() - started));`;
  const worker = new Worker(source, {
    eval: true,
    workerData: pathToFileURL(file).href,
    env: {
      ...Object.fromEntries(known),
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    },
  });
  return new Promise((resolve, reject) => {
    worker.once('message', (milliseconds: number) => {
      resolve(milliseconds);
      void worker.terminate();
    });
    worker.once('error', reject);
  });
};

/** Every function of an assembly, the largest first. */
export const functionFigures = async (assembly: string): Promise<readonly FunctionFigures[]> => {
  const figures: FunctionFigures[] = [];
  for (const path of globSync(join(assembly, '*.template.json')).sort()) {
    const { Resources } = Template.parse(JSON.parse(readFileSync(path, 'utf8')));
    for (const { Type, Properties } of Object.values(Resources)) {
      if (Type !== 'AWS::Lambda::Function') continue;
      const { FunctionName, Code, Environment } = FunctionProperties.parse(Properties);
      const file = join(assembly, `asset.${Code.S3Key.replace('.zip', '')}`, 'index.mjs');
      const bundle = readFileSync(file);
      figures.push({
        name: FunctionName,
        kilobytes: bundle.length / 1000,
        compressedKilobytes: gzipSync(bundle).length / 1000,
        initMs: await initMs(file, Environment?.Variables ?? {}),
      });
    }
  }
  return figures.sort((a, b) => b.kilobytes - a.kilobytes);
};
