import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { ApiBase } from '../../lib/client/http.ts';
import { type Deployment, readApiUrls, readOperatorKey } from '../../lib/client/operator.ts';
import { grantsClient } from '../../lib/local/grants-client.ts';
import { spawnCloud } from '../../lib/local/spawn.ts';
import { synthesize } from '../../lib/local/start/synthesis.ts';
import { consumptions, promisedEvents, unseenEvents } from './event-coverage.ts';
import { ROUTE_LOG, untouchedRoutes } from './route-coverage.ts';

declare module 'vitest' {
  interface ProvidedContext {
    apiBase: ApiBase;
    deployment: Deployment;
    operatorKey: string;
    /** How often a request is made that fails on the server's side. */
    attempts: number;
    /** How many requests may be under way at a time; others wait. */
    connections: number;
  }
}

const WALLED_ASSEMBLY = '.local/assembly-walled';
const CLOUD_LOG = '.local/reports/e2e-cloud.log';

/** After the tests: what was used at any time, also while no test ran. */
const logGrants = async (awsUrl: string): Promise<void> => {
  const log = process.env['CARTWRIGHT_GRANT_LOG'];
  if (log === undefined) return;
  const reading = await grantsClient(awsUrl).since(0);
  appendFileSync(log, `${JSON.stringify({ file: '', test: 'the whole suite', end: 0, uses: reading?.uses ?? [] })}\n`);
};

/** What the environment names instead of a fresh local cloud. */
const givenCloud = async () => {
  const { CARTWRIGHT_API_URL: apiUrl, CARTWRIGHT_AWS_URL: awsUrl, CARTWRIGHT_STAGE: stage } = process.env;
  if (apiUrl !== undefined) {
    const operatorKey = process.env['CARTWRIGHT_OPERATOR_KEY'] ?? '';
    return { apiBase: apiUrl, deployment: { stage: stage ?? 'dev', endpoint: awsUrl ?? '' }, operatorKey };
  }
  if (stage === undefined) return undefined;
  const deployment = { stage, ...(awsUrl === undefined ? {} : { endpoint: awsUrl }) };
  const [apiBase, operatorKey] = await Promise.all([readApiUrls(deployment), readOperatorKey(deployment)]);
  return { apiBase, deployment, operatorKey };
};

/**
 * One cloud for the whole suite: a fresh local cloud, unless the environment names another.
 * - CARTWRIGHT_STAGE is a deployed stage, whose URLs and operator key are read in its parameters and secrets: on AWS, by the
 *   credentials of the environment, or at the AWS endpoint CARTWRIGHT_AWS_URL.
 * - CARTWRIGHT_API_URL (with CARTWRIGHT_OPERATOR_KEY and CARTWRIGHT_AWS_URL) is one URL for all domains.
 *
 * CARTWRIGHT_E2E_CONNECTIONS bounds how many requests a test file has under way, for a cloud that cannot bear many.
 * With CARTWRIGHT_E2E_COVERAGE=check, after a whole run on a local cloud, a route that saw no success or no refusal fails the
 * suite, and so does an event that was not published or that one of its consumers did not take in.
 * With CARTWRIGHT_TENANT_WALL=on the app is that of a stage with the second wall of tenancy, made of the bundles in `dist`.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  mkdirSync(dirname(ROUTE_LOG), { recursive: true });
  writeFileSync(ROUTE_LOG, '');
  project.provide('attempts', process.env['WEATHER'] === 'rough' ? 6 : 1);
  project.provide('connections', Number(process.env['CARTWRIGHT_E2E_CONNECTIONS'] ?? 256));
  const given = await givenCloud();
  if (given !== undefined) {
    project.provide('apiBase', given.apiBase);
    project.provide('deployment', given.deployment);
    project.provide('operatorKey', given.operatorKey);
    return async () => undefined;
  }
  const stateDir = mkdtempSync(join(tmpdir(), 'cartwright-e2e-'));
  const walled = process.env['CARTWRIGHT_TENANT_WALL'] === 'on';
  if (walled) await synthesize(WALLED_ASSEMBLY, false, '.', { stages: { dev: { tenantWall: true } } });
  writeFileSync(CLOUD_LOG, '');
  const cloud = await spawnCloud({
    stateDir,
    args: [
      '--nodes',
      '2',
      '--concurrency',
      process.env['CARTWRIGHT_CONCURRENCY'] ?? 'many',
      ...(walled ? ['--assembly', WALLED_ASSEMBLY] : []),
    ],
    onLine: (line) => appendFileSync(CLOUD_LOG, `${line}\n`),
  });
  const deployment = { stage: 'dev', endpoint: cloud.awsUrl };
  project.provide('apiBase', cloud.apiUrl);
  project.provide('deployment', deployment);
  project.provide('operatorKey', await readOperatorKey(deployment));
  return async () => {
    await logGrants(cloud.awsUrl);
    const code = await cloud.stop();
    rmSync(stateDir, { recursive: true, force: true });
    if (code !== 0) throw new Error(`The local cloud ended with code ${code}:\n${cloud.tail()}`);
    if (process.env['CARTWRIGHT_E2E_COVERAGE'] !== 'check') return;
    const untouched = untouchedRoutes(readFileSync(ROUTE_LOG, 'utf8'));
    if (untouched.length > 0)
      throw new Error(`Routes that the suite did not see succeed and refuse:\n${untouched.join('\n')}`);
    const unseen = unseenEvents(readFileSync(CLOUD_LOG, 'utf8'), {
      promised: promisedEvents(),
      consumed: consumptions(),
    });
    if (unseen.length > 0) throw new Error(`Events that the suite did not see:\n${unseen.join('\n')}`);
  };
}
