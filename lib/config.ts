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
  logRetentionDays: z.literal([7, 30, 90, 365]),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']),
  /** The bill of a month, in US dollars, from 80 % of which on an alarm tells. */
  monthlyBudgetUsd: z.int().min(1),
  /** How a new version of a function gets its callers: all at once, or a tenth of them for five minutes first. */
  rollout: z.enum(['at-once', 'canary']),
  /** Who is told what the alarms say, and the budget; nobody unless given. */
  alarmEmail: z.email().optional(),
  /**
   * Do functions that act for a tenant reach its items only by sessions that IAM limits to that tenant? It costs a call of
   * STS per tenant, function instance and hour. Unless said, they do where data is kept.
   */
  tenantWall: z.boolean(),
});
export type StageConfig = z.output<typeof StageConfig>;

type Settings = Omit<StageConfig, 'stage' | 'tenantWall'>;

const TRIAL: Settings = {
  keepData: false,
  logRetentionDays: 7,
  logLevel: 'info',
  rollout: 'at-once',
  monthlyBudgetUsd: 50,
};

const STAGES: Readonly<Record<string, Settings>> = {
  dev: TRIAL,
  prod: { keepData: true, logRetentionDays: 90, logLevel: 'info', rollout: 'at-once', monthlyBudgetUsd: 500 },
};

/** A stage that is listed nowhere is a trial, made to be thrown away, when its name says so: `review7`, `pr12`. */
const TRIAL_NAME = /^(?:(?:dev|test|review|trial)[a-z0-9]*|pr\d+)$/;

/** `context.stages` of `cdk.json`: settings of a stage that are not its defaults. */
const StageSettings = z.record(z.string(), StageConfig.omit({ stage: true }).partial()).default({});

/** What the deployer has to put right, and where: it is said without a stack. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Parses a part of the configuration; what is wrong with it is said by its path. */
const parsed = <Schema extends z.ZodType>(schema: Schema, value: unknown, where: string): z.output<Schema> => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${[where, ...path].join('.')}: ${message}`);
  throw new ConfigError(problems.join('\n'));
};

/**
 * The configuration of a stage (`-c stage=prod`): its defaults, and what `context.stages.prod` of `cdk.json` says of it.
 * @throws ConfigError when there is no such stage, or a setting is wrong
 */
export const stageConfig = (stage: unknown, stages?: unknown): StageConfig => {
  const settings = parsed(StageSettings, stages, 'cdk.json: context.stages');
  const name = parsed(StageConfig.shape.stage, stage, `-c stage=${String(stage)}`);
  const defaults = Object.hasOwn(STAGES, name) ? STAGES[name] : TRIAL;
  const listed = [...new Set([...Object.keys(STAGES), ...Object.keys(settings)])];
  if (!listed.includes(name) && !TRIAL_NAME.test(name)) {
    throw new ConfigError(
      `-c stage=${name}: there is no such stage. There are ${listed.join(', ')}, and trials, whose names begin with ` +
        `dev, test, review or trial (or are pr1, pr2, ...). To add it, put "${name}": {} into context.stages of cdk.json.`,
    );
  }
  const chosen = { ...defaults, ...settings[name], stage: name };
  return parsed(StageConfig, { tenantWall: chosen.keepData, ...chosen }, `cdk.json: context.stages.${name}`);
};
