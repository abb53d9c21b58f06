import { existsSync, readFileSync, watch, writeFileSync, type FSWatcher } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { build, type BuildOptions, type Metafile } from 'esbuild';
import * as z from 'zod';

/** How the app's functions are bundled: the entries by name (`orders/place-order`), and esbuild's options for them. */
export interface Bundling {
  /** The project's directory; all other paths are relative to it. */
  readonly root: string;
  readonly entries: () => ReadonlyMap<string, string>;
  readonly options: (entries: ReadonlyMap<string, string>) => BuildOptions & { readonly metafile: true };
  /** Directory of the bundles. */
  readonly directory: string;
}

export interface Bundles {
  /** Builds all functions. */
  build(): Promise<void>;
  /** Builds the functions again that an edited file is part of, from now on. */
  watch(): void;
  /** Settles when what was edited is built; undefined when there is nothing to wait for. */
  rebuilt(): Promise<void> | undefined;
  stop(): void;
}

/** Entry name to the sources that it is made of. */
const Inputs = z.record(z.string(), z.array(z.string()));

/** Editors write a file in several steps. */
const SETTLE_MS = 15;
const WATCHED = ['functions', 'lib', 'stacks', 'bin'];

const inputsOf = (metafile: Metafile, directory: string): z.output<typeof Inputs> => {
  const inputs: z.output<typeof Inputs> = {};
  for (const [file, output] of Object.entries(metafile.outputs)) {
    if (!file.endsWith('/index.mjs')) continue;
    const entry = file.slice(directory.length + 1, -'/index.mjs'.length);
    inputs[entry] = Object.keys(output.inputs).filter((input) => !input.startsWith('node_modules/'));
  }
  return inputs;
};

/** The app's bundles in development: an edited file is live with the next invocation. */
export const createBundles = (options: {
  readonly bundling: Bundling;
  /** A source was edited. */
  readonly onEdited: (file: string) => void;
  readonly onBuilt: (entries: readonly string[], milliseconds: number) => void;
  readonly onFailed: (problem: string) => void;
}): Bundles => {
  const { bundling } = options;
  const { root } = bundling;
  const listFile = join(root, bundling.directory, 'inputs.json');
  const watchers: FSWatcher[] = [];
  const edited = new Set<string>();
  let inputs: z.output<typeof Inputs> = {};
  let rebuilding: Promise<void> | undefined;

  const buildEntries = async (entries: ReadonlyMap<string, string>): Promise<void> => {
    const { metafile } = await build({ ...bundling.options(entries), absWorkingDir: root });
    inputs = { ...inputs, ...inputsOf(metafile, bundling.directory) };
    writeFileSync(listFile, JSON.stringify(inputs));
  };

  /** Entries that a file is part of; an entry of unknown parts may be one. */
  const affected = (files: ReadonlySet<string>): ReadonlyMap<string, string> =>
    new Map(
      [...bundling.entries()].filter(([entry, source]) => {
        const parts = inputs[entry];
        return parts === undefined || files.has(source) || parts.some((part) => files.has(part));
      }),
    );

  const rebuild = async (): Promise<void> => {
    while (edited.size > 0) {
      await wait(SETTLE_MS);
      const files = new Set(edited);
      edited.clear();
      const entries = affected(files);
      if (entries.size === 0) continue;
      const started = performance.now();
      try {
        await buildEntries(entries);
        options.onBuilt([...entries.keys()], performance.now() - started);
      } catch (error) {
        options.onFailed(error instanceof Error ? error.message : String(error));
      }
    }
  };

  const notice = (file: string): void => {
    if (!file.endsWith('.ts') || file.startsWith('lib/local/') || file.startsWith('lib/client/')) return;
    options.onEdited(file);
    edited.add(file);
    rebuilding ??= rebuild().finally(() => {
      rebuilding = undefined;
    });
  };

  return {
    build: () => buildEntries(bundling.entries()),
    watch() {
      if (existsSync(listFile)) inputs = Inputs.parse(JSON.parse(readFileSync(listFile, 'utf8')));
      for (const directory of WATCHED) {
        if (!existsSync(join(root, directory))) continue;
        watchers.push(
          watch(join(root, directory), { recursive: true }, (_event, name) => {
            if (name !== null) notice(join(directory, name));
          }),
        );
      }
    },
    rebuilt: () => rebuilding,
    stop() {
      for (const watcher of watchers) watcher.close();
    },
  };
};
