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

const Init = z.object({ initMs: z.number(), initCpuMs: z.number() });

/** A function's bundle: its size as JavaScript and compressed, and how long it takes to load in a fresh thread. */
export interface FunctionFigures {
  readonly name: string;
  readonly kilobytes: number;
  readonly compressedKilobytes: number;
  readonly initMs: number;
  /** The processor time of that: other work of the machine is not in it. */
  readonly initCpuMs: number;
}

/** Loads a bundle in a thread as a cold environment does; values that only a deployment knows are stood in for. */
const initOf = (
  file: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<Pick<FunctionFigures, 'initMs' | 'initCpuMs'>> => {
  const known = Object.entries(variables).map(([name, value]) => [name, typeof value === 'string' ? value : 'x']);
  const source = `
    const { parentPort, workerData } = require('node:worker_threads');
    const [started, used] = [performance.now(), process.threadCpuUsage()];
    import(workerData).then(() => {
      const { user, system } = process.threadCpuUsage(used);
      parentPort.postMessage({ initMs: performance.now() - started, initCpuMs: (user + system) / 1000 });
    });`;
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
    worker.once('message', (took: unknown) => {
      resolve(Init.parse(took));
      void worker.terminate();
    });
    worker.once('error', reject);
  });
};

/** No function may take more processor time than this to load; on an idle machine it is what the clock says, too. */
const MAX_INIT_MS = 120;

/** The functions that take more to load than they may, as a line each. */
export const slowInits = (figures: readonly FunctionFigures[]): string[] =>
  figures
    .filter(({ initCpuMs }) => initCpuMs > MAX_INIT_MS)
    .map(
      ({ name, initCpuMs }) =>
        `init of ${name}: ${Math.round(initCpuMs)} ms of processor time, the bar is ${MAX_INIT_MS}`,
    );

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
        ...(await initOf(file, Environment?.Variables ?? {})),
      });
    }
  }
  return figures.sort((a, b) => b.kilobytes - a.kilobytes);
};
