import { build } from 'esbuild';
import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assemblyChanges, readAssembly } from '../scripts/assemblies/changes.ts';
import { readRecord } from '../scripts/build-record.ts';
import { BUNDLES, bundleOptions, lambdaEntries } from '../scripts/bundle.ts';
import { cdkContext, type Stack, synthesizedApp } from './assembly/app.ts';

/** The app as it is synthesized of the bundles in `<folder>/dist`, without copying them. */
const synthesizedOf = (folder: string) => {
  const assembly = join(folder, 'cdk.out');
  const context = { ...cdkContext(), 'aws:cdk:disable-asset-staging': true };
  const ended = spawnSync(process.execPath, [resolve('bin/app.ts')], {
    cwd: folder,
    env: { ...process.env, CDK_OUTDIR: assembly, CDK_CONTEXT_JSON: JSON.stringify(context) },
  });
  expect(ended.stderr.toString()).toBe('');
  return readAssembly(assembly);
};
const bundles = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'deployment-'));
  cpSync(BUNDLES, join(folder, BUNDLES), { recursive: true, filter: (path) => !path.endsWith('.map') });
  return folder;
};

describe('what the deployer has to put right', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deployment-'));
  it.each([
    [
      'that the functions are not built',
      {},
      /^dist\/platform\/authorizer\/index\.mjs is missing: build the functions first \(npm run build\)\n$/,
    ],
    ['a stage that is not there', { stage: 'prd' }, /^-c stage=prd: there is no such stage\. .*\n$/],
    [
      'a setting that is not there, and one that is wrong',
      { stages: { dev: { rollout: 'fast', logRetention: 5 } } },
      /^cdk\.json: context\.stages\.dev\.rollout: Invalid option: .*\ncdk\.json: context\.stages\.dev: Unrecognized key: "logRetention"\n$/,
    ],
  ])('is said without a stack: %s', (_, context, said) => {
    const ended = spawnSync(process.execPath, [resolve('bin/app.ts')], {
      cwd: folder,
      env: { ...process.env, CDK_OUTDIR: join(folder, 'cdk.out'), CDK_CONTEXT_JSON: JSON.stringify(context) },
    });
    expect(ended.stderr.toString()).toMatch(said);
    expect(ended.status).toBe(1);
  });
});

describe('a change of one handler', () => {
  const { entries } = readRecord(`${BUNDLES}/build.json`);
  const builtWith = (source: string): string[] =>
    Object.keys(entries).filter((entry) => entries[entry]?.includes(source));

  it('changes the stack of its domain alone, and in it the code of that function', async () => {
    const source = 'functions/orders/get-order.ts';
    const affected = builtWith(source);
    expect(affected).toEqual(['orders/get-order']);

    const folder = bundles();
    const before = synthesizedOf(folder);
    expect(assemblyChanges(before, synthesizedOf(folder))).toEqual([]);
    const due = new Map([...lambdaEntries()].filter(([entry]) => affected.includes(entry)));
    const options = bundleOptions(due);
    await build({
      ...options,
      outdir: join(folder, BUNDLES),
      plugins: [
        ...options.plugins,
        {
          name: 'changed',
          setup: ({ onLoad }) =>
            onLoad({ filter: /functions\/orders\/get-order\.ts$/ }, ({ path }) => ({
              contents: `${readFileSync(path, 'utf8')}\nglobalThis.changed = true;\n`,
              loader: 'ts',
            })),
        },
      ],
    });
    const changes = assemblyChanges(before, synthesizedOf(folder));
    expect(changes.map(({ stack }) => stack)).toEqual(['cartwright-dev-orders']);
    expect(changes[0]?.resources.map(({ type, change }) => `${type} ${change}`).toSorted()).toEqual([
      'AWS::Lambda::Alias changed',
      'AWS::Lambda::Function changed',
      'AWS::Lambda::Version added',
      'AWS::Lambda::Version removed',
    ]);
    for (const { logicalId } of changes[0]?.resources ?? []) expect(logicalId).toMatch(/^GetOrder/);
  }, 240_000);

  it('of no domain reaches the functions of another: they share contracts, and what these are made of', () => {
    const shared = new Set(
      Object.entries(entries).flatMap(([entry, sources]) =>
        sources.filter(
          (source) => source.startsWith('functions/') && !source.startsWith(`functions/${entry.split('/')[0]}/`),
        ),
      ),
    );
    expect(shared.size).toBeGreaterThan(0);
    const handlers = [...shared].filter((source) => !/\/(calls|events|ids|model|[a-z]+-schema)\.ts$/.test(source));
    expect(handlers).toEqual([]);
  });
});

describe('two stages in one account', () => {
  const dev = synthesizedApp();
  const test = synthesizedApp({ stage: 'test' });
  /** Names within a function or an API, and of AWS's metrics: none that an account has once only. */
  const RELATIVE = new Set([
    'AWS::Lambda::Alias Name',
    'AWS::ApiGateway::Stage StageName',
    'AWS::CloudWatch::Alarm MetricName',
  ]);

  const names = (stacks: readonly Stack[]): string[] =>
    stacks.flatMap(({ template }) =>
      Object.values(template.Resources).flatMap(({ Type, Properties }) =>
        Object.entries(Properties)
          .filter(([property, value]) => property.endsWith('Name') && typeof value === 'string')
          .filter(([property]) => !RELATIVE.has(`${Type} ${property}`))
          .map(([property, value]) => `${Type} ${property} ${String(value)}`),
      ),
    );

  it('have no name in common', () => {
    const taken = new Set(names(dev));
    expect(taken.size).toBeGreaterThan(200);
    expect(names(test).filter((name) => taken.has(name))).toEqual([]);
    expect(names(test)).toHaveLength(names(dev).length);
  });

  it('know nothing of each other', () => {
    for (const { domain, template } of test) {
      expect(JSON.stringify(template), domain).not.toMatch(/cartwright[-/]dev\b|stage\$dev/);
    }
  });
});

describe('in production', () => {
  const stacks = synthesizedApp({ stage: 'prod' });
  const HOLDS_DATA =
    /^AWS::(DynamoDB::Table|S3::Bucket|SecretsManager::Secret|SQS::Queue|Events::Archive|Logs::LogGroup)$/;

  it('everything that holds data outlives its stack, and its place in the template', () => {
    const resources = stacks.flatMap(({ template }) => Object.entries(template.Resources));
    const holding = resources.filter(([, { Type }]) => HOLDS_DATA.test(Type));
    expect(new Set(holding.map(([, { Type }]) => Type)).size).toBe(6);
    for (const [logicalId, { DeletionPolicy, UpdateReplacePolicy }] of holding) {
      expect([logicalId, DeletionPolicy, UpdateReplacePolicy]).toEqual([logicalId, 'Retain', 'Retain']);
    }
  });

  it('neither a table nor a stack can be deleted by mistake', () => {
    for (const { domain, template, terminationProtection } of stacks) {
      expect(terminationProtection, domain).toBe(true);
      for (const { Type, Properties } of Object.values(template.Resources)) {
        if (Type === 'AWS::DynamoDB::Table') expect(Properties['DeletionProtectionEnabled'], domain).toBe(true);
      }
    }
  });
});
