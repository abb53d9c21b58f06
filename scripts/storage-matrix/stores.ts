import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../oracles/commands.ts';
import type { Program } from '../oracles/install.ts';
import { cargoProgram, goProgram } from '../oracles/installations.ts';
import type { ServerCommand } from '../oracles/oracles.ts';
import { freePort } from '../oracles/server.ts';

/** Where one run of a store keeps its data and settings. */
export interface Run {
  /** Where the program was installed. */
  readonly installed: string;
  readonly folder: string;
  readonly port: number;
  /** For what a store wants to listen on besides. */
  readonly secondPort: number;
}

/** An S3-compatible store that others wrote, at an exact version. */
export interface Store extends Program {
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  serve(run: Run): ServerCommand;
  /** What is done once it runs; what went wrong otherwise. */
  readonly prepare?: (run: Run) => Promise<string | undefined>;
  /** The commands that make a bucket that takes no more than 3 MiB; `{bucket}` stands for its name. */
  readonly small?: (run: Run) => readonly (readonly string[])[];
}

export const newRun = async (installed: string, folder: string): Promise<Omit<Run, 'port'>> => ({
  installed,
  folder,
  secondPort: await freePort(),
});

const garage = ({ installed, folder }: Run, ...args: readonly string[]): readonly string[] => [
  join(installed, 'bin', 'garage'),
  '-c',
  join(folder, 'garage.toml'),
  ...args,
];

/** Of this run of this machine only: the server is gone before anybody else could ask it. */
const GARAGE_KEY = { accessKeyId: `GK${'0123456789ab'.repeat(2)}`, secretAccessKey: '0123456789abcdef'.repeat(4) };

export const stores: readonly Store[] = [
  {
    name: 'versitygw',
    version: '1.8.0',
    installation: goProgram('github.com/versity/versitygw/cmd/versitygw'),
    region: 'us-east-1',
    credentials: { accessKeyId: 'matrix', secretAccessKey: 'matrix-secret' },
    serve: ({ installed, folder, port }) => ({
      command: [join(installed, 'versitygw'), '--port', `127.0.0.1:${port}`, 'posix', join(folder, 'data')],
      env: { ROOT_ACCESS_KEY: 'matrix', ROOT_SECRET_KEY: 'matrix-secret' },
    }),
  },
  {
    name: 'MinIO',
    version: '0.0.0-20260212201848-7aac2a2c5b7c',
    installation: goProgram('github.com/minio/minio'),
    region: 'us-east-1',
    credentials: { accessKeyId: 'matrix', secretAccessKey: 'matrix-secret' },
    serve: ({ installed, folder, port, secondPort }) => ({
      command: [
        join(installed, 'minio'),
        'server',
        '--quiet',
        '--address',
        `127.0.0.1:${port}`,
        '--console-address',
        `127.0.0.1:${secondPort}`,
        join(folder, 'data'),
      ],
      env: {
        MINIO_ROOT_USER: 'matrix',
        MINIO_ROOT_PASSWORD: 'matrix-secret',
        MINIO_SITE_REGION: 'us-east-1',
        MINIO_UPDATE: 'off',
        MINIO_BROWSER: 'off',
      },
    }),
  },
  {
    name: 'Garage',
    version: '2.5.0',
    installation: cargoProgram('garage', ['--no-default-features', '--features', 'bundled-libs,sqlite'], {
      CARGO_PROFILE_RELEASE_LTO: 'off',
      CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
    }),
    region: 'garage',
    credentials: GARAGE_KEY,
    serve: (run) => {
      const { folder, port, secondPort } = run;
      writeFileSync(
        join(folder, 'garage.toml'),
        `metadata_dir = "${join(folder, 'meta')}"
data_dir = "${join(folder, 'data')}"
db_engine = "sqlite"
replication_factor = 1
rpc_bind_addr = "127.0.0.1:${secondPort}"
rpc_public_addr = "127.0.0.1:${secondPort}"
rpc_secret = "${'0'.repeat(64)}"

[s3_api]
s3_region = "garage"
api_bind_addr = "127.0.0.1:${port}"
root_domain = ".s3.garage.localhost"
`,
      );
      return {
        command: garage(run, 'server', '--single-node', '--default-access-key'),
        env: {
          GARAGE_DEFAULT_ACCESS_KEY: GARAGE_KEY.accessKeyId,
          GARAGE_DEFAULT_SECRET_KEY: GARAGE_KEY.secretAccessKey,
        },
      };
    },
    prepare: async (started) => {
      const command = garage(started, 'key', 'allow', '--create-bucket', GARAGE_KEY.accessKeyId);
      const { ok, output } = await run({ command });
      return ok ? undefined : output;
    },
    small: (started) => [
      garage(started, 'bucket', 'create', '{bucket}'),
      garage(started, 'bucket', 'allow', '--read', '--write', '--owner', '{bucket}', '--key', GARAGE_KEY.accessKeyId),
      garage(started, 'bucket', 'set-quotas', '--max-size', '3MiB', '{bucket}'),
    ],
  },
];
