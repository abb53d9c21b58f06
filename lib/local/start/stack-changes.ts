import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const TEMPLATE = '.template.json';

/**
 * A template without what changes with a bundle alone: its asset's key and path, and the name of the function version
 * that CDK derives from them.
 */
const essence = (template: string): string =>
  template
    .replaceAll(/[0-9a-f]{64}/g, 'ASSET')
    .replaceAll(/CurrentVersion[0-9A-Fa-f]{40}/g, 'CurrentVersion')
    .replaceAll(/"aws:asset:path": "[^"]*"/g, '"aws:asset:path"');

const templates = (assembly: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(assembly)
      .filter((file) => file.endsWith(TEMPLATE))
      .map((file) => [file.slice(0, -TEMPLATE.length), essence(readFileSync(join(assembly, file), 'utf8'))]),
  );

/** The stacks that are not the same in two assemblies, apart from the code of their functions. */
export const changedStacks = (running: string, edited: string): readonly string[] => {
  const before = templates(running);
  const after = templates(edited);
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name)).sort();
};

/**
 * Looks, once edits have come to rest, whether they changed a stack, by synthesizing the app beside the running one. One
 * look at a time; an edit meanwhile asks for another.
 */
export const createStackWatch = (options: {
  readonly quietMs: number;
  readonly synthesize: () => Promise<void>;
  readonly compare: () => readonly string[];
  readonly onChanged: (stacks: readonly string[]) => void;
  readonly onFailed: (problem: string) => void;
}): { edited(): void; stop(): void } => {
  let timer: NodeJS.Timeout | undefined;
  let looking = false;
  let again = false;
  const look = async (): Promise<void> => {
    looking = true;
    again = false;
    try {
      await options.synthesize();
      const changed = options.compare();
      if (changed.length > 0) options.onChanged(changed);
    } catch (error) {
      options.onFailed(error instanceof Error ? error.message : String(error));
    }
    looking = false;
    if (again) edited();
  };
  const edited = (): void => {
    clearTimeout(timer);
    if (looking) again = true;
    else timer = setTimeout(() => void look(), options.quietMs);
  };
  return { edited, stop: () => clearTimeout(timer) };
};
