import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Outcome } from '../events/outcome.ts';
import type { SamFunction } from './adapted-template.ts';
import type { Docker } from './docker.ts';

/** What every `sam local invoke` of a run has in common. */
export interface SamRun {
  readonly sam: string;
  readonly docker: Docker;
  /** For events and variables. */
  readonly folder: string;
  /** The local cloud, as SAM itself asks it who it is. */
  readonly awsUrl: string;
  /** The port on which a debugger is waited for. */
  readonly debugPort?: number | undefined;
}

/** A cold container on a loaded machine; a debugger may take its time. */
const LIMIT_MS = 300_000;

const Thrown = z.looseObject({ errorType: z.string(), errorMessage: z.string() });

/** SAM ends with 0 when a handler throws, and prints the error as if it were the answer. */
const threw = (text: string): boolean => {
  try {
    return Thrown.safeParse(JSON.parse(text)).success;
  } catch {
    return true; // no JSON is no answer of a handler
  }
};

/** The command that invokes a function with an event, and the environment that it needs besides PATH. */
export const samCommand = (run: SamRun, fn: SamFunction, name: string, payload: string) => {
  mkdirSync(run.folder, { recursive: true });
  const event = join(run.folder, `${name}.event.json`);
  const variables = join(run.folder, `${name}.variables.json`);
  writeFileSync(event, payload);
  writeFileSync(variables, JSON.stringify({ [fn.logicalId]: fn.variables }));
  const debug = run.debugPort === undefined ? [] : ['-d', String(run.debugPort)];
  return {
    args: [
      'local',
      'invoke',
      '-t',
      fn.samTemplate,
      fn.logicalId,
      '-e',
      event,
      '--env-vars',
      variables,
      '--skip-pull-image',
      ...debug,
    ],
    env: {
      ...run.docker.env,
      HOME: run.folder,
      SAM_CLI_TELEMETRY: '0',
      AWS_DEFAULT_REGION: 'eu-central-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ENDPOINT_URL: run.awsUrl,
      AWS_ACCESS_KEY_ID: fn.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: fn.credentials.secretAccessKey,
      AWS_SESSION_TOKEN: fn.credentials.sessionToken,
    },
  };
};

/** What became of an event in the SAM CLI. */
export interface SamOutcome extends Outcome {
  /** SAM waits for the end of the log for a second only: on a busy machine the last lines may be missing. */
  readonly isLogWhole: boolean;
}

/** Invokes a function with an event by the SAM CLI. */
export const samInvoke = (run: SamRun, fn: SamFunction, name: string, payload: string): Promise<SamOutcome> => {
  const { args, env } = samCommand(run, fn, name, payload);
  return new Promise((resolve, reject) => {
    const child = spawn(run.sam, args, {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(run.debugPort === undefined ? { timeout: LIMIT_MS } : {}),
    });
    const answer: Buffer[] = [];
    const log: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => answer.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      log.push(chunk);
      if (run.debugPort !== undefined) process.stderr.write(chunk);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      const payloadText = Buffer.concat(answer).toString().trim();
      const printed = Buffer.concat(log).toString();
      if (code !== 0) {
        reject(
          new Error(
            `sam local invoke of ${fn.entry} ended with ${code}:\n${printed.trim().split('\n').slice(-8).join('\n')}`,
          ),
        );
        return;
      }
      const lines = printed.split('\n').filter((line) => line.startsWith('{'));
      const isLogWhole = printed.includes('REPORT RequestId');
      resolve({ payload: payloadText, failed: threw(payloadText), lines, isLogWhole });
    });
  });
};
