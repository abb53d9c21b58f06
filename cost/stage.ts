import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as z from 'zod';

const FunctionFacts = z.object({
  memoryMb: z.number(),
  logFormat: z.enum(['Text', 'JSON']),
  /** Of Lambda's own lines; it can be chosen with JSON only. */
  systemLogLevel: z.string(),
});
export type FunctionFacts = z.output<typeof FunctionFacts>;

const Machine = z.object({
  name: z.string(),
  type: z.enum(['EXPRESS', 'STANDARD']),
  /** The functions of its tasks, each as often as it is there. */
  tasks: z.array(z.string()),
});
export type Machine = z.output<typeof Machine>;

/** What a stage's templates say that its bill depends on: read, never typed in by hand. */
export const Stage = z.object({
  functions: z.record(z.string(), FunctionFacts),
  /** By stack and logical id: what a write costs depends on its indexes and its stream. */
  tables: z.record(z.string(), z.object({ indexes: z.number(), stream: z.boolean() })).default({}),
  /** Event source mappings that read a queue. */
  queueConsumers: z.array(z.object({ functionName: z.string(), batchSize: z.number(), windowSeconds: z.number() })),
  machines: z.array(Machine),
  schedules: z.array(z.object({ functionName: z.string(), runsPerMonth: z.number() })),
  alarms: z.number(),
  secrets: z.number(),
  stacks: z.number(),
  resources: z.number(),
  logRetentionDays: z.number(),
  /** Undefined without an archive of the bus. */
  archiveDays: z.number().optional(),
});
export type Stage = z.output<typeof Stage>;

const Resource = z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) });
type Resource = z.output<typeof Resource>;
const Template = z.looseObject({ Resources: z.record(z.string(), Resource) });
const Ref = z.object({ Ref: z.string() });
const GetAtt = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) });

const FunctionProperties = z.object({
  FunctionName: z.string(),
  MemorySize: z.number(),
  Architectures: z.tuple([z.literal('arm64')]),
  LoggingConfig: z
    .object({
      LogFormat: z.enum(['Text', 'JSON']).default('Text'),
      SystemLogLevel: z.string().default('INFO'),
    })
    .default({ LogFormat: 'Text', SystemLogLevel: 'INFO' }),
});
const MappingProperties = z.object({
  FunctionName: Ref,
  EventSourceArn: GetAtt,
  Enabled: z.boolean().default(true),
  BatchSize: z.number().default(10),
  MaximumBatchingWindowInSeconds: z.number().default(0),
});
const TableProperties = z.object({
  GlobalSecondaryIndexes: z.array(z.unknown()).default([]),
  StreamSpecification: z.unknown().optional(),
});
const ScheduleProperties = z.object({ ScheduleExpression: z.string(), Target: z.object({ Arn: Ref }) });
const MachineProperties = z.object({
  StateMachineName: z.string(),
  StateMachineType: z.enum(['EXPRESS', 'STANDARD']),
  DefinitionString: z.object({ 'Fn::Join': z.tuple([z.literal(''), z.array(z.unknown())]) }),
});
const Alias = z.object({ FunctionName: Ref });

/** A month of 30 days and ten hours: a twelfth of a year. */
export const MONTH_HOURS = 730;

const HOURS: Readonly<Record<string, number>> = { minute: 1 / 60, hour: 1, day: 24 };

/** How often a month a schedule of the form `rate(5 minutes)` runs. @throws for another form */
export const runsPerMonth = (expression: string): number => {
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const hours = HOURS[unit];
  if (hours === undefined) throw new Error(`cost/stage.ts does not know how often ${expression} runs`);
  return MONTH_HOURS / (Number(count) * hours);
};

const TASK = /:function:(cartwright-[a-z0-9-]+)/g;

/** Reads the templates of an assembly. */
export const readStage = (assembly: string): Stage => {
  const functions: Record<string, FunctionFacts> = {};
  const tables: Stage['tables'] = {};
  const resources = new Map<string, number>();
  const queueConsumers: Stage['queueConsumers'] = [];
  const machines: Machine[] = [];
  const schedules: Stage['schedules'] = [];
  const retention: number[] = [];
  let archiveDays: number | undefined;
  const files = globSync(join(assembly, '*.template.json')).sort();
  for (const file of files) {
    const { Resources } = Template.parse(JSON.parse(readFileSync(file, 'utf8')));
    const resource = (id: string): Resource => {
      const found = Resources[id];
      if (found === undefined) throw new Error(`${file} has no resource ${id}`);
      return found;
    };
    const behindAlias = (reference: z.output<typeof Ref>): string => {
      const alias = Alias.parse(resource(reference.Ref).Properties);
      return FunctionProperties.parse(resource(alias.FunctionName.Ref).Properties).FunctionName;
    };
    for (const [id, { Type, Properties }] of Object.entries(Resources)) {
      resources.set(Type, (resources.get(Type) ?? 0) + 1);
      if (Type === 'AWS::Lambda::Function') {
        const { FunctionName, MemorySize, LoggingConfig } = FunctionProperties.parse(Properties);
        functions[FunctionName] = {
          memoryMb: MemorySize,
          logFormat: LoggingConfig.LogFormat,
          systemLogLevel: LoggingConfig.LogFormat === 'JSON' ? LoggingConfig.SystemLogLevel : 'INFO',
        };
      } else if (Type === 'AWS::DynamoDB::Table') {
        const { GlobalSecondaryIndexes, StreamSpecification } = TableProperties.parse(Properties);
        tables[`${basename(file, '.template.json')}/${id}`] = {
          indexes: GlobalSecondaryIndexes.length,
          stream: StreamSpecification !== undefined,
        };
      } else if (Type === 'AWS::Lambda::EventSourceMapping') {
        const mapping = MappingProperties.parse(Properties);
        const source = resource(mapping.EventSourceArn['Fn::GetAtt'][0]);
        if (!mapping.Enabled || source.Type !== 'AWS::SQS::Queue') continue;
        queueConsumers.push({
          functionName: behindAlias(mapping.FunctionName),
          batchSize: mapping.BatchSize,
          windowSeconds: mapping.MaximumBatchingWindowInSeconds,
        });
      } else if (Type === 'AWS::Scheduler::Schedule') {
        const { ScheduleExpression, Target } = ScheduleProperties.parse(Properties);
        schedules.push({ functionName: behindAlias(Target.Arn), runsPerMonth: runsPerMonth(ScheduleExpression) });
      } else if (Type === 'AWS::StepFunctions::StateMachine') {
        const { StateMachineName, StateMachineType, DefinitionString } = MachineProperties.parse(Properties);
        const [, parts] = DefinitionString['Fn::Join'];
        const text = parts.filter((part) => typeof part === 'string').join('*');
        const tasks = [...text.matchAll(TASK)].map(([, name = '']) => name.replace(/-?$/, ''));
        machines.push({ name: StateMachineName, type: StateMachineType, tasks });
      } else if (Type === 'AWS::Logs::LogGroup') {
        retention.push(z.object({ RetentionInDays: z.number() }).parse(Properties).RetentionInDays);
      } else if (Type === 'AWS::Events::Archive') {
        archiveDays = z.object({ RetentionDays: z.number() }).parse(Properties).RetentionDays;
      }
    }
  }
  const count = (type: string): number => resources.get(type) ?? 0;
  return {
    functions,
    tables,
    queueConsumers,
    machines,
    schedules,
    alarms: count('AWS::CloudWatch::Alarm'),
    secrets: count('AWS::SecretsManager::Secret'),
    stacks: files.length,
    resources: [...resources.values()].reduce((total, number) => total + number, 0),
    logRetentionDays: Math.max(...retention),
    ...(archiveDays === undefined ? {} : { archiveDays }),
  };
};
