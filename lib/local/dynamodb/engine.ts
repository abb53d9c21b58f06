import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { Stoppable } from '../contracts.ts';
import { createEngineClient } from './engine-client.ts';
import type { EngineClient } from './engine-client.ts';
import { startEngine } from './engine-process.ts';
import { createRemoteStreams } from './remote-streams.ts';
import { openStreamFile } from './stream-file.ts';
import type { IsExpiring, StreamFile } from './stream-file.ts';

/** An engine that serves: this cloud's own one on a SQLite file, or somebody else's at an endpoint. */
export interface Engine extends Stoppable {
  readonly host: string;
  readonly port: number;
  readonly client: EngineClient;
  readonly file: StreamFile;
  /** Process id of the own engine. */
  readonly pid: number | undefined;
  /** Takes a table's stream into the file, where the engine does not write it there itself. */
  follow(table: string): Promise<void>;
}

export interface EngineOptions {
  readonly stateDir: string;
  readonly clock: Clock;
  readonly isExpiring: IsExpiring;
  /** New records of a table have been taken into the file. */
  readonly received: (table: string) => void;
  readonly failed: (error: unknown) => void;
  /** The engine has ended by itself. */
  readonly ended: (why: string) => void;
}

/** An own engine, on a file of the state directory. */
export const ownEngine = async (fileName: string, options: EngineOptions): Promise<Engine> => {
  mkdirSync(options.stateDir, { recursive: true });
  const path = join(options.stateDir, fileName);
  const process = await startEngine(path, options.ended);
  const client = createEngineClient({ port: process.port });
  const file = openStreamFile(path, options.isExpiring);
  return {
    host: '127.0.0.1',
    port: process.port,
    pid: process.pid,
    client,
    file,
    follow: async () => undefined,
    async stop() {
      client.close();
      file.close();
      await process.stop();
    },
  };
};

/**
 * An engine at a URL: DynamoDB Local, an emulator, anything that takes the DynamoDB and Streams APIs over plain HTTP
 * without looking at signatures. It expires items by itself.
 */
export const engineAt = async (endpoint: string, options: EngineOptions): Promise<Engine> => {
  const url = new URL(endpoint);
  if (url.protocol !== 'http:') throw new Error(`${endpoint}: the engine's endpoint must be plain HTTP`);
  mkdirSync(options.stateDir, { recursive: true });
  const port = Number(url.port === '' ? 80 : url.port);
  const client = createEngineClient({ host: url.hostname, port });
  const file = openStreamFile(join(options.stateDir, 'streams.db'), options.isExpiring);
  const streams = createRemoteStreams({ ...options, client, file });
  return {
    host: url.hostname,
    port,
    pid: undefined,
    client,
    file,
    follow: (table) => streams.follow(table),
    async stop() {
      await streams.stop();
      client.close();
      file.close();
    },
  };
};
