import type { Measured } from '../../cost/measured.ts';
import type { FunctionFacts, Stage } from '../../cost/stage.ts';

export const text: FunctionFacts = { memoryMb: 512, logFormat: 'Text', systemLogLevel: 'INFO' };
export const quiet: FunctionFacts = { memoryMb: 512, logFormat: 'JSON', systemLogLevel: 'WARN' };

export const stageOf = (functions: Stage['functions'], more: Partial<Stage> = {}): Stage => ({
  functions,
  tables: {},
  queueConsumers: [],
  machines: [],
  schedules: [],
  alarms: 0,
  secrets: 0,
  stacks: 1,
  resources: 10,
  logRetentionDays: 30,
  ...more,
});

/** A measurement of these counts for one order, one view and so on. */
export const measuredOf = (counts: Readonly<Record<string, number>>, stage: Stage = stageOf({})): Measured => {
  const none = { times: 1, counts: {}, bytesOut: 0 };
  return {
    at: '2026-11-21',
    stage,
    scenarios: {
      order: { times: 1, counts, bytesOut: 1000 },
      'product view': none,
      'list of 20 products': none,
      login: none,
      'imported product': none,
    },
    initMs: {},
    storedPerOrder: 1000,
  };
};
