import * as z from 'zod';

/**
 * What may differ between stages. Read once, in the composition root, and passed down; stacks and constructs look
 * nothing up.
 */
export const StageConfig = z.strictObject({
  /** Part of every derived name. Short, because a Lambda function's name has 64 characters at most. */
  stage: z.string().regex(/^[a-z][a-z0-9]{1,9}$/, 'a stage is 2 to 10 lower-case letters and digits'),
  /** Does data outlive its stack? Then tables and buckets are also protected against deletion. */
  keepData: z.boolean(),
  logRetentionDays: z.union([z.literal(7), z.literal(30), z.literal(90), z.literal(365)]),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']),
});
export type StageConfig = z.output<typeof StageConfig>;

const TRIAL: Omit<StageConfig, 'stage'> = { keepData: false, logRetentionDays: 7, logLevel: 'info' };

const STAGES: Readonly<Record<string, Omit<StageConfig, 'stage'>>> = {
  dev: TRIAL,
  prod: { keepData: true, logRetentionDays: 90, logLevel: 'info' },
};

/**
 * The configuration of a stage (`-c stage=prod`). A stage that is not listed is like `dev`: made to be thrown away.
 * @throws when the name is no stage name
 */
export const stageConfig = (stage: unknown): StageConfig =>
  StageConfig.parse({ ...(typeof stage === 'string' ? (STAGES[stage] ?? TRIAL) : TRIAL), stage });
