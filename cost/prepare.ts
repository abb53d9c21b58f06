import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { synthesize } from '../lib/local/start/synthesis.ts';

/** Production is what a bill comes from: its retention of logs, its settings of event sources. */
export const STAGE = 'prod';

const Template = z.looseObject({ Resources: z.record(z.string(), z.looseObject({ Type: z.string() })) });

/**
 * Synthesizes the app for production into `<directory>/app`, and beside it as it is measured: without schedules, whose runs
 * would fall into the scenarios by chance (they are counted by themselves).
 */
export const prepareAssemblies = async (directory: string): Promise<{ app: string; measured: string }> => {
  const app = join(directory, 'app');
  const measured = join(directory, 'measured');
  await synthesize(app, true, '.', { stage: STAGE });
  cpSync(app, measured, { recursive: true });
  for (const file of readdirSync(measured).filter((name) => name.endsWith('.template.json'))) {
    const template = Template.parse(JSON.parse(readFileSync(join(measured, file), 'utf8')));
    const Resources = Object.fromEntries(
      Object.entries(template.Resources).filter(([, { Type }]) => Type !== 'AWS::Scheduler::Schedule'),
    );
    writeFileSync(join(measured, file), JSON.stringify({ ...template, Resources }));
  }
  return { app, measured };
};
