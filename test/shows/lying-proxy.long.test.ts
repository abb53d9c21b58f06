import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOperatorKey } from '../../lib/client/operator.ts';
import { type CloudProcess, spawnCloud } from '../../lib/local/spawn.ts';
import { LIES, startLyingProxy } from './lying-proxy.ts';

const stateDir = mkdtempSync(join(tmpdir(), 'cartwright-lies-'));
let cloud: CloudProcess;
let operatorKey: string;

const demo = (url: string): Promise<{ code: number | null; text: string }> => {
  const child = spawn(process.execPath, ['bin/demo.ts', '--url', url], {
    env: { ...process.env, CARTWRIGHT_OPERATOR_KEY: operatorKey },
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  return new Promise((resolve) => child.on('exit', (code) => resolve({ code, text })));
};

describe('the demo', () => {
  beforeAll(async () => {
    cloud = await spawnCloud({ stateDir });
    operatorKey = await readOperatorKey({ stage: 'dev', endpoint: cloud.awsUrl });
  });
  afterAll(async () => {
    await cloud.stop();
    rmSync(stateDir, { recursive: true, force: true });
  });

  it('ends well when the API tells the truth', async () => {
    const { server, url } = await startLyingProxy(cloud.apiUrl, () => undefined);
    const { code, text } = await demo(url);
    server.close();
    expect(text).not.toContain('Broken:');
    expect(code).toBe(0);
  });

  it.each(Object.keys(LIES))('notices %s', async (name) => {
    const lie = LIES[name];
    if (lie === undefined) throw new Error(`There is no lie ${name}`);
    const { server, url } = await startLyingProxy(cloud.apiUrl, lie());
    const { code, text } = await demo(url);
    server.close();
    expect(text).toContain('Broken:');
    expect(code).toBe(1);
  });
});
