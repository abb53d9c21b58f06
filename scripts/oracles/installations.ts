import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, type Command } from './commands.ts';

/** Installs something by a package manager of the machine, with the machine's own settings of mirrors and proxies. */
export interface Installation {
  /** What the machine lacks for it, in words, or undefined. */
  missing(): Promise<string | undefined>;
  /** The commands that install a version into an empty folder; files that they need are written before. */
  commands(folder: string, version: string): readonly Command[];
}

const answers = async (command: readonly string[]): Promise<string | undefined> => {
  const ended = await run({ command });
  return ended.ok ? ended.output : undefined;
};

const JAVA = 17;

/** The feature release of a `java -version`: 17 of "17.0.15", 8 of "1.8.0_412". */
export const javaRelease = (output: string): number => {
  const [, first = '0', second = '0'] = /version "(\d+)(?:\.(\d+))?/.exec(output) ?? [];
  return Number(first === '1' ? second : first);
};

/** An artifact of Maven's central repository with everything that it needs, in the folder `jars`. */
export const jars = (group: string, artifact: string): Installation => ({
  async missing() {
    const java = await answers(['java', '-version']);
    if (java === undefined) return `needs Java ${JAVA} or newer`;
    if (javaRelease(java) < JAVA) return `needs Java ${JAVA} or newer, and this is ${javaRelease(java)}`;
    return (await answers(['mvn', '--version'])) === undefined ? 'needs Maven (mvn)' : undefined;
  },
  commands(folder, version) {
    mkdirSync(folder, { recursive: true });
    const coordinates = `<groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>`;
    writeFileSync(
      join(folder, 'pom.xml'),
      `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>cartwright</groupId><artifactId>oracle</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies><dependency>${coordinates}</dependency></dependencies>
</project>
`,
    );
    const copy = ['dependency:copy-dependencies', '-DoutputDirectory=jars'];
    return [{ command: ['mvn', '--batch-mode', '--quiet', ...copy], cwd: folder }];
  },
});

/** A program of a Go module. */
export const goProgram = (module: string): Installation => ({
  missing: async () => ((await answers(['go', 'version'])) === undefined ? 'needs Go' : undefined),
  commands: (folder, version) => [{ command: ['go', 'install', `${module}@v${version}`], env: { GOBIN: folder } }],
});

/** A program of a Rust crate, in the folder `bin`; `args` choose its features, `env` how it is compiled. */
export const cargoProgram = (
  crate: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Installation => ({
  missing: async () => ((await answers(['cargo', '--version'])) === undefined ? 'needs Rust (cargo)' : undefined),
  commands: (folder, version) => {
    // Beside the folder, which an installation that was broken off begins with anew: what was compiled stays.
    const target = `${folder}-build`;
    return [
      {
        command: ['cargo', 'install', `${crate}@${version}`, '--locked', '--root', folder, ...args],
        env: { ...env, CARGO_TARGET_DIR: target },
      },
      { command: ['rm', '-r', target] },
    ];
  },
});

/** A Python package with its commands, in a virtual environment. */
export const pythonPackage = (name: string): Installation => ({
  missing: async () =>
    (await answers(['python3', '-c', 'import venv, ensurepip'])) === undefined
      ? 'needs Python 3 with venv (python3-venv)'
      : undefined,
  commands: (folder, version) => [
    { command: ['python3', '-m', 'venv', folder] },
    { command: [join(folder, 'bin', 'python'), '-m', 'pip', 'install', '--quiet', `${name}==${version}`] },
  ],
});
