import { join } from 'node:path';
import type { Ended } from '../oracles/commands.ts';
import { run } from '../oracles/commands.ts';
import { ministack } from '../oracles/oracles.ts';
import { startServer } from '../oracles/server.ts';

/** The emulator takes this key for the account's root; the commands and tests of the project use it at any endpoint. */
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
const ACCOUNT_AND_REGION = 'aws://111111111111/eu-central-1';
/** It starts a process for each concurrent invocation of a function; so long an idle one is kept (beside the first). */
const IDLE_SECONDS = '10';

export interface Emulator {
  readonly url: string;
  /** Runs the real CDK CLI against it, in a directory of the project's sources. */
  cdk(args: readonly string[], cwd?: string): Promise<Ended>;
  bootstrap(): Promise<Ended>;
  stop(): Promise<void>;
}

export interface EmulatorOptions {
  /** Where it was installed. */
  readonly installed: string;
  /** Where it keeps its things, and its log. */
  readonly folder: string;
  /** Evaluates IAM: then a role can do what it was given, and nothing else. */
  readonly auth: boolean;
  readonly signal: AbortSignal;
}

/**
 * Starts ministack on a free port of 127.0.0.1.
 * @throws when it does not come up, with the file of what it said
 */
export const startEmulator = async ({ installed, folder, auth, signal }: EmulatorOptions): Promise<Emulator> => {
  const server = await startServer(folder, (port) => {
    const { command, env } = ministack.serve(installed, port);
    const own = { HOME: join(folder, 'data'), TMPDIR: join(folder, 'data'), LAMBDA_WARM_TTL_SECONDS: IDLE_SECONDS };
    return { command, env: { ...env, ...CREDENTIALS, ...own, AUTH: String(auth) } };
  });
  if (server === undefined) throw new Error(`ministack did not start: see ${join(folder, 'server.log')}`);
  const env = {
    ...CREDENTIALS,
    AWS_ENDPOINT_URL: server.url,
    AWS_REGION: 'eu-central-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    // The CLI caches accounts by access key, and a person's own settings are none of its business here.
    HOME: join(folder, 'data'),
    AWS_CONFIG_FILE: join(folder, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'no-credentials'),
  };
  const cdk: Emulator['cdk'] = (args, cwd = '.') =>
    run({ command: ['cdk', '--no-color', '--ci', ...args], cwd, env }, signal);
  return {
    url: server.url,
    cdk,
    // In a directory without an app: the CLI would synthesize it.
    bootstrap: () => cdk(['bootstrap', ACCOUNT_AND_REGION], folder),
    stop: server.stop,
  };
};
