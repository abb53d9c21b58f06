import { existsSync, readFileSync, statSync, watch, writeFileSync, type FSWatcher } from 'node:fs';
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
  /** Files that every bundle depends on besides its sources: the lock file, the options themselves. */
  readonly foundations: readonly string[];
}

export interface Bundles {
  /** Builds the functions whose bundle is missing or older than something that it is made of. */
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

/** Packages change with the lock file only; what a plugin makes up (`lazy-http:http`) is no file. */
const isOwnFile = (input: string): boolean => !input.startsWith('node_modules/') && !input.includes(':');

const inputsOf = (metafile: Metafile, directory: string): z.output<typeof Inputs> => {
  const inputs: z.output<typeof Inputs> = {};
  for (const [file, output] of Object.entries(metafile.outputs)) {
    if (!file.endsWith('/index.mjs')) continue;
    const entry = file.slice(directory.length + 1, -'/index.mjs'.length);
    inputs[entry] = Object.keys(output.inputs).filter(isOwnFile);
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

  const readInputs = (): void => {
    if (existsSync(listFile)) inputs = Inputs.parse(JSON.parse(readFileSync(listFile, 'utf8')));
  };

  /** When files were last changed; what is gone has changed just now. */
  const changes = (): ((file: string) => number) => {
    const known = new Map<string, number>();
    return (file) => {
      const time = known.get(file) ?? statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
      known.set(file, time);
      return time;
    };
  };

  const outdated = (): ReadonlyMap<string, string> => {
    readInputs();
    const changedAt = changes();
    return new Map(
      [...bundling.entries()].filter(([entry, source]) => {
        const parts = inputs[entry];
        const bundle = statSync(join(root, bundling.directory, entry, 'index.mjs'), { throwIfNoEntry: false });
        if (parts === undefined || bundle === undefined) return true;
        return [source, ...bundling.foundations, ...parts].some((file) => changedAt(file) >= bundle.mtimeMs);
      }),
    );
  };

  return {
    build: async () => {
      const entries = outdated();
      if (entries.size > 0) await buildEntries(entries);
    },
    watch() {
      readInputs();
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
