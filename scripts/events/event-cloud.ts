import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiClient } from '../../lib/client/http.ts';
import { readOperatorKey } from '../../lib/client/operator.ts';
import { spawnCloud } from '../../lib/local/spawn.ts';
import { functionName, LIVE_ALIAS } from '../../lib/names.ts';
import { localFunctions } from './local-functions.ts';
import type { World } from './scene.ts';

const STAGE = 'dev';

/** A local cloud in which events are run. */
export interface EventCloud extends World {
  /** Ends it, if it was started for the events, and what was opened for it. */
  stop(): Promise<void>;
}

const worldOf = async (apiUrl: string, awsUrl: string) => {
  const functions = localFunctions(awsUrl);
  const api = apiClient(apiUrl);
  const world: World = {
    api,
    awsUrl,
    operatorKey: await readOperatorKey({ stage: STAGE, endpoint: awsUrl }),
    shared: new Map(),
    invoke: (entry, payload) => {
      const [domain = '', name = ''] = entry.split('/');
      return functions.invoke(`${functionName(STAGE, domain, name)}:${LIVE_ALIAS}`, payload);
    },
  };
  const close = (): void => {
    functions.close();
    api.close();
  };
  return { world, close };
};

/** A local cloud that runs already; undefined when none answers. */
export const joinCloud = async (apiUrl: string, awsUrl: string): Promise<EventCloud | undefined> => {
  try {
    await fetch(`${awsUrl}/_local/health`, { signal: AbortSignal.timeout(2_000) });
  } catch {
    return undefined;
  }
  const { world, close } = await worldOf(apiUrl, awsUrl);
  return { ...world, stop: async () => close() };
};

/** What publishers say is at this level only. */
export const LOG_LEVEL = { CARTWRIGHT_LOG_LEVEL: 'debug' } as const;

/** Starts a local cloud of the synthesized app on a state of its own, which ends with it. */
export const startEventCloud = async (): Promise<EventCloud & { readonly stateDir: string }> => {
  if (!existsSync('cdk.out/manifest.json')) throw new Error('The app is not synthesized: npm run synth');
  const stateDir = mkdtempSync(join(tmpdir(), 'cartwright-events-'));
  const cloud = await spawnCloud({ stateDir, args: ['--nodes', '2'], env: LOG_LEVEL });
  const { world, close } = await worldOf(cloud.apiUrl, cloud.awsUrl);
  return {
    ...world,
    stateDir,
    async stop() {
      close();
      await cloud.stop();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
};
