import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * The rules of the house that a machine can check. Import directions and single lines are rules of the linter
 * (`.oxlintrc.json`); here it is shown that they bite, and what the linter has no rule for is checked.
 */
const FOLDERS = '{bin,lib,functions,stacks,scripts,bench,cost,prove,test}';
const sources = globSync(`${FOLDERS}/**/*.ts`).map((file) => ({ file, text: readFileSync(file, 'utf8') }));
const those = (pattern: RegExp) => sources.filter(({ file }) => pattern.test(file));
const importsOf = (text: string): string[] =>
  [...text.matchAll(/^\s*(?:import|export)\b[^;]*?from '([^']+)';/gms)].map(([, from]) => from ?? '');
const filesWith = (found: readonly { readonly file: string }[]): string[] => found.map(({ file }) => file);

/** `from` may or may not import `to`. */
interface Edge {
  readonly from: string;
  readonly to: string;
}
const edge = (from: string, to: string): Edge => ({ from, to });

describe('the linter', () => {
  const forbidden = [
    edge('functions/orders', 'functions/carts/store.ts'),
    edge('functions/orders', 'lib/constructs/saga.ts'),
    edge('functions/orders', 'lib/local/cloud.ts'),
    edge('functions/orders', 'lib/names.ts'),
    edge('lib/runtime', 'lib/constructs/saga.ts'),
    edge('lib/runtime', 'functions/carts/events.ts'),
    edge('lib/runtime', 'lib/names.ts'),
    edge('lib/constructs', 'lib/local/cloud.ts'),
    edge('lib/constructs', 'functions/carts/store.ts'),
    edge('lib/local', 'lib/constructs/saga.ts'),
    edge('stacks', 'lib/local/cloud.ts'),
  ];
  const allowed = [
    edge('functions/orders', 'functions/carts/calls.ts'),
    edge('functions/orders', 'functions/carts/events.ts'),
    edge('functions/orders', 'functions/orders/store.ts'),
    edge('functions/orders', 'lib/runtime/db.ts'),
    edge('stacks', 'functions/carts/store.ts'),
    edge('stacks', 'lib/names.ts'),
  ];
  const importing = ({ from, to }: Edge) => ({
    file: `${from}/imports-${to.replaceAll(/[/.]/g, '-')}.ts`,
    text: `import { it } from '${relative(from, to)}';\n\nexport const a = it;\n`,
  });
  const broken = [
    { rule: 'no-process-env', file: 'lib/runtime/env-a.ts', text: 'export const stage = process.env.STAGE;\n' },
    { rule: 'no-console', file: 'functions/orders/log.ts', text: "console.log('here');\n" },
    { rule: 'no-explicit-any', file: 'functions/orders/any.ts', text: 'export const a = (b: any): unknown => b;\n' },
    {
      rule: 'no-non-null-assertion',
      file: 'functions/orders/sure.ts',
      text: 'export const a = (b?: string): string => b!;\n',
    },
    {
      rule: 'no-restricted-imports',
      file: 'stacks/root.ts',
      text: "import { Stack } from 'aws-cdk-lib';\n\nexport const a = Stack;\n",
    },
    {
      rule: 'no-focused-tests',
      file: 'test/only.test.ts',
      text: "import { expect, it } from 'vitest';\n\nit.only('is', () => expect(1).toBe(1));\n",
    },
    { rule: 'expect-expect', file: 'test/no.test.ts', text: "import { it } from 'vitest';\n\nit('is', () => {});\n" },
    {
      rule: 'no-cycle',
      file: 'functions/orders/one.ts',
      text: "import { two } from './two.ts';\n\nexport const one = (): unknown => two;\n",
    },
    {
      rule: 'no-cycle',
      file: 'functions/orders/two.ts',
      text: "import { one } from './one.ts';\n\nexport const two = (): unknown => one;\n",
    },
  ];

  /** The linter's words on a project made of all those files. */
  const lint = (): string => {
    const root = mkdtempSync(join(tmpdir(), 'lint-'));
    const write = (path: string, content: string) => {
      mkdirSync(join(root, dirname(path)), { recursive: true });
      writeFileSync(join(root, path), content);
    };
    for (const { to } of [...forbidden, ...allowed]) write(to, 'export const it = 1;\n');
    for (const { file, text } of [...[...forbidden, ...allowed].map(importing), ...broken]) write(file, text);
    const args = ['--config', resolve('.oxlintrc.json'), '--format', 'unix'];
    const { stdout } = spawnSync(resolve('node_modules/.bin/oxlint'), args, { cwd: root, encoding: 'utf8' });
    rmSync(root, { recursive: true });
    return stdout;
  };
  const findings = lint().split('\n');
  const said = (file: string): string => findings.filter((line) => line.startsWith(`${file}:`)).join('\n');

  it.each(forbidden)('refuses that $from imports $to', (forbiddenEdge) => {
    expect(said(importing(forbiddenEdge).file)).toContain('boundaries(dependencies)');
  });

  it.each(allowed)('lets $from import $to', (allowedEdge) => {
    expect(said(importing(allowedEdge).file)).toBe('');
  });

  it.each(broken)('finds $rule in $file', ({ rule, file }) => {
    expect(said(file)).toContain(rule);
  });
});

describe('the sources', () => {
  it('are all there to be checked', () => {
    for (const place of ['bin', 'lib/constructs', 'lib/runtime', 'lib/local', 'functions', 'stacks', 'test']) {
      expect(those(new RegExp(`^${place}/`)).length, place).toBeGreaterThan(0);
    }
  });

  it('of Lambda time know nothing of the CDK', () => {
    const found = those(/^(lib\/(runtime|client)|functions)\//).filter(({ text }) =>
      importsOf(text).some((from) => /^(aws-cdk-lib|constructs)(\/|$)/.test(from)),
    );
    expect(filesWith(found)).toEqual([]);
  });

  it('of a route are free of AWS and of the environment: synthesis imports them', () => {
    const found = those(/^functions\//).filter(
      ({ text }) =>
        text.includes('defineRoute(') &&
        importsOf(text).some((from) => /^@aws-sdk\/|\/runtime\/(clients\/|env\.ts)/.test(from)),
    );
    expect(filesWith(found)).toEqual([]);
  });

  it('import zod whole: the named import bundles every locale', () => {
    expect(filesWith(sources.filter(({ text }) => /^import \{[^}]*\bz\b[^}]*\} from 'zod'/m.test(text)))).toEqual([]);
  });

  it('have one idea a file: 350 lines at most, a stack 170, an entry point 60, a test 500', () => {
    const limits = [
      { pattern: /\.lambda\.ts$/, lines: 60 },
      { pattern: /^stacks\//, lines: 170 },
      { pattern: /^test\//, lines: 500 },
      { pattern: /./, lines: 350 },
    ];
    const long = sources.filter(({ file, text }) => {
      const limit = limits.find(({ pattern }) => pattern.test(file))?.lines ?? 0;
      return text.trimEnd().split('\n').length > limit;
    });
    expect(filesWith(long)).toEqual([]);
  });

  it('are named in kebab-case, after their idea', () => {
    const named = /^[a-z0-9]+(-[a-z0-9]+)*(\.(lambda|setup|test|(stack|int|e2e|long|oracle|planted)\.test))?\.ts$/;
    const vague = /^(utils?|helpers?|common|shared|managers?|misc)\b/;
    const found = sources.filter(({ file }) => !named.test(basename(file)) || vague.test(basename(file)));
    expect(filesWith(found)).toEqual([]);
    const folders = sources.flatMap(({ file }) => dirname(file).split('/'));
    expect(folders.filter((folder) => vague.test(folder))).toEqual([]);
  });

  it('have one noun per domain, everywhere: functions, stacks, test and a README', () => {
    const domains = [...new Set(those(/^functions\//).map(({ file }) => file.split('/')[1] ?? ''))];
    expect(domains.length).toBeGreaterThan(1);
    for (const domain of domains) {
      expect(those(new RegExp(`^stacks/${domain}-stack\\.ts$`)), `stack of ${domain}`).toHaveLength(1);
      expect(those(new RegExp(`^test/${domain}/.*\\.test\\.ts$`)).length, `tests of ${domain}`).toBeGreaterThan(0);
      const readme = readFileSync(`functions/${domain}/README.md`, 'utf8');
      expect(readme.trimEnd().split('\n').length, `README of ${domain}`).toBeLessThan(40);
    }
  });
});

describe('the tests', () => {
  it('wait for nothing and look at no clock', () => {
    const waiting = ['setTimeout', 'Date.now'].map((name) => `${name}(`);
    const found = those(/^test\//).filter(({ text }) => waiting.some((call) => text.includes(call)));
    expect(filesWith(found)).toEqual([]);
  });
});
