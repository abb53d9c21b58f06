import type { BuildOptions, Plugin } from 'esbuild';
import { globSync } from 'node:fs';

/** How the functions are bundled. One esbuild run makes `dist/<domain>/<name>/index.mjs` of every `*.lambda.ts`. */
export const BUNDLES = 'dist';

/**
 * An ESM import of `node:http` reads every export of it, and one of those loads the whole of undici: 30 ms of each cold
 * start. `getBuiltinModule` gives the same module without reading anything.
 */
const lazyHttp: Plugin = {
  name: 'lazy-http',
  setup: (build) => {
    build.onResolve({ filter: /^(node:)?https?$/ }, ({ path }) => ({
      path: path.replace(/^node:/, ''),
      namespace: 'lazy-http',
      sideEffects: false,
    }));
    build.onLoad({ filter: /.*/, namespace: 'lazy-http' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}');`,
    }));
  },
};

/** Clients are always given credentials, so what looks for them in files, SSO and metadata services stays out. */
const noCredentialChain: Plugin = {
  name: 'no-credential-chain',
  setup: (build) => {
    build.onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, () => ({
      path: 'given-credentials',
      namespace: 'given-credentials',
    }));
    build.onLoad({ filter: /.*/, namespace: 'given-credentials' }, () => ({
      contents: `export const defaultProvider = () => async () => {
        throw new Error('A client was made without credentials: make it with clientOptions()');
      };`,
    }));
  },
};

/** Entry (`orders/place-order`) to source file. */
export const lambdaEntries = (): ReadonlyMap<string, string> =>
  new Map(
    globSync('functions/*/*.lambda.ts')
      .sort()
      .map((file) => [file.slice('functions/'.length, -'.lambda.ts'.length), file]),
  );

/** The bundle of an entry. */
export const bundleOf = (entry: string): string => `${BUNDLES}/${entry}/index.mjs`;

export const bundleOptions = (entries: ReadonlyMap<string, string>) =>
  ({
    entryPoints: Object.fromEntries([...entries].map(([entry, file]) => [`${entry}/index`, file])),
    outdir: BUNDLES,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    // Beside the bundle, never in it and never deployed: for reading a stack trace afterwards.
    sourcemap: 'external',
    sourcesContent: false,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    plugins: [lazyHttp, noCredentialChain],
  }) satisfies BuildOptions;
