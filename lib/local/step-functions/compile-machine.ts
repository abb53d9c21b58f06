import { isArray, isObject, parseJson } from '../json.ts';
import { compileRule, timestampOf } from './choice-rule.ts';
import { compileAfter, compileBefore } from './data-flow.ts';
import { fieldsOf, type Fields } from './definition-fields.ts';
import { compileExpression, valueOf } from './expression.ts';
import { compileCatchers, compileRetriers } from './guards.ts';
import { compilePath, type Selector } from './json-path.ts';
import {
  integrationNames,
  type ChoiceState,
  type FailState,
  type Graph,
  type Machine,
  type MapState,
  type ParallelState,
  type PassState,
  type State,
  type SucceedState,
  type TaskState,
  type TaskTarget,
  type WaitState,
} from './machine.ts';
import { compileTemplate } from './payload-template.ts';
import { InvalidDefinition, runtimeError } from './state-error.ts';

const commonFields = ['Type', 'Comment', 'QueryLanguage', 'InputPath', 'OutputPath'];
const moving = [...commonFields, 'Next', 'End'];
const guarded = [...moving, 'ResultSelector', 'ResultPath', 'Retry', 'Catch'];
const mapFields = [
  'ItemsPath',
  'ItemSelector',
  'Parameters',
  'ItemProcessor',
  'Iterator',
  'MaxConcurrency',
  'MaxConcurrencyPath',
];
const graphFields = ['StartAt', 'States', 'Comment', 'QueryLanguage'];

const onlyJsonPath = (fields: Fields): void => {
  const language = fields.optionalText('QueryLanguage') ?? 'JSONPath';
  if (language !== 'JSONPath')
    throw new InvalidDefinition(fields.at('QueryLanguage'), `${language} is not implemented`);
};

const nextOf = (fields: Fields): string | undefined => {
  const next = fields.optionalText('Next');
  const end = fields.raw('End') === true;
  if ((next === undefined) === !end)
    throw new InvalidDefinition(fields.where, 'either Next or "End": true is expected');
  return next;
};

const secondsOf = (fields: Fields, name: string): number | Selector | undefined => {
  const path = fields.optionalText(`${name}Path`);
  if (path === undefined) return fields.optionalNumber(name, 0);
  const selector = compilePath(path, fields.at(`${name}Path`));
  return (scope) => {
    const seconds = valueOf(selector, scope, path, `${name}Path`);
    if (typeof seconds !== 'number' || seconds < 0) throw runtimeError(`${path} is not a number of seconds`);
    return seconds;
  };
};

const compilePass = (name: string, value: unknown, where: string): PassState => {
  const fields = fieldsOf(value, where, [...moving, 'Parameters', 'Result', 'ResultPath']);
  onlyJsonPath(fields);
  return {
    type: 'Pass',
    name,
    before: compileBefore(fields, 'Parameters'),
    after: compileAfter(fields),
    next: nextOf(fields),
    result: fields.raw('Result'),
  };
};

const targetOf = (resource: string, where: string): TaskTarget => {
  if (/^arn:[^:]+:lambda:[^:]*:\d+:function:.+/.test(resource)) return { kind: 'function', functionArn: resource };
  const integration = integrationNames.find((name) => resource.endsWith(`:states:::${name}`));
  if (integration === undefined) throw new InvalidDefinition(where, `${resource} is not implemented`);
  return { kind: 'integration', name: integration };
};

const compileTask = (name: string, value: unknown, where: string): TaskState => {
  const fields = fieldsOf(value, where, [...guarded, 'Parameters', 'Resource', 'TimeoutSeconds', 'TimeoutSecondsPath']);
  onlyJsonPath(fields);
  const resource = fields.text('Resource');
  return {
    type: 'Task',
    name,
    before: compileBefore(fields, 'Parameters'),
    after: compileAfter(fields),
    next: nextOf(fields),
    retriers: compileRetriers(fields),
    catchers: compileCatchers(fields),
    resource,
    target: targetOf(resource, fields.at('Resource')),
    timeoutSeconds: secondsOf(fields, 'TimeoutSeconds'),
  };
};

const compileChoice = (name: string, value: unknown, where: string): ChoiceState => {
  const fields = fieldsOf(value, where, [...commonFields, 'Choices', 'Default']);
  onlyJsonPath(fields);
  return {
    type: 'Choice',
    name,
    before: compileBefore(fields, undefined),
    after: compileAfter(fields),
    next: undefined,
    choices: fields.objects('Choices').map((choice, index) => {
      const at = `${fields.at('Choices')}[${index}]`;
      if (typeof choice['Next'] !== 'string') throw new InvalidDefinition(`${at}.Next`, 'is missing');
      return { rule: compileRule(choice, at, ['Next']), next: choice['Next'] };
    }),
    otherwise: fields.optionalText('Default'),
  };
};

const compileWait = (name: string, value: unknown, where: string): WaitState => {
  const kinds = ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'];
  const fields = fieldsOf(value, where, [...moving, ...kinds]);
  onlyJsonPath(fields);
  if (kinds.filter(fields.has).length !== 1)
    throw new InvalidDefinition(where, `one of ${kinds.join(', ')} is expected`);
  const common = {
    type: 'Wait',
    name,
    before: compileBefore(fields, undefined),
    after: compileAfter(fields),
    next: nextOf(fields),
  } as const;
  const seconds = secondsOf(fields, 'Seconds');
  if (typeof seconds === 'number') return { ...common, until: (_input, _context, now) => now + seconds * 1000 };
  if (seconds !== undefined) {
    return { ...common, until: (input, context, now) => now + Number(seconds({ input, context })) * 1000 };
  }
  const fixed = fields.optionalText('Timestamp');
  const path = fields.optionalText('TimestampPath') ?? '$';
  const selector = compilePath(path, fields.at('TimestampPath'));
  if (fixed !== undefined && timestampOf(fixed) === undefined) {
    throw new InvalidDefinition(fields.at('Timestamp'), 'not an RFC 3339 timestamp');
  }
  return {
    ...common,
    until: (input, context) => {
      const instant = timestampOf(fixed ?? valueOf(selector, { input, context }, path, 'TimestampPath'));
      if (instant === undefined) throw runtimeError(`${path} is not a timestamp`);
      return instant;
    },
  };
};

const compileSucceed = (name: string, value: unknown, where: string): SucceedState => {
  const fields = fieldsOf(value, where, commonFields);
  onlyJsonPath(fields);
  return {
    type: 'Succeed',
    name,
    before: compileBefore(fields, undefined),
    after: compileAfter(fields),
    next: undefined,
  };
};

const compileFail = (name: string, value: unknown, where: string): FailState => {
  const fields = fieldsOf(value, where, [
    'Type',
    'Comment',
    'QueryLanguage',
    'Error',
    'Cause',
    'ErrorPath',
    'CausePath',
  ]);
  onlyJsonPath(fields);
  const textOf = (field: string): string | Selector | undefined => {
    const path = fields.optionalText(`${field}Path`);
    return path === undefined ? fields.optionalText(field) : compileExpression(path, fields.at(`${field}Path`));
  };
  return { type: 'Fail', name, error: textOf('Error'), cause: textOf('Cause') };
};

const compileParallel = (name: string, value: unknown, where: string): ParallelState => {
  const fields = fieldsOf(value, where, [...guarded, 'Parameters', 'Branches']);
  onlyJsonPath(fields);
  return {
    type: 'Parallel',
    name,
    before: compileBefore(fields, 'Parameters'),
    after: compileAfter(fields),
    next: nextOf(fields),
    retriers: compileRetriers(fields),
    catchers: compileCatchers(fields),
    branches: fields.objects('Branches').map((branch, index) => {
      const at = `${fields.at('Branches')}[${index}]`;
      return compileGraph(fieldsOf(branch, at, graphFields));
    }),
  };
};

const compileMap = (name: string, value: unknown, where: string): MapState => {
  const fields = fieldsOf(value, where, [...guarded, ...mapFields]);
  onlyJsonPath(fields);
  const processor = fields.has('ItemProcessor') ? 'ItemProcessor' : 'Iterator';
  const graph = fieldsOf(fields.object(processor), fields.at(processor), [...graphFields, 'ProcessorConfig']);
  if (graph.has('ProcessorConfig')) {
    const mode = fieldsOf(graph.raw('ProcessorConfig'), graph.at('ProcessorConfig'), ['Mode']);
    if (mode.optionalText('Mode') === 'DISTRIBUTED') throw new InvalidDefinition(mode.at('Mode'), 'not implemented');
  }
  const itemsPath = fields.optionalText('ItemsPath') ?? '$';
  const items = compilePath(itemsPath, fields.at('ItemsPath'));
  const selector = fields.has('ItemSelector') ? 'ItemSelector' : 'Parameters';
  const template = fields.has(selector) ? compileTemplate(fields.raw(selector), fields.at(selector)) : undefined;
  return {
    type: 'Map',
    name,
    before: compileBefore(fields, undefined),
    after: compileAfter(fields),
    next: nextOf(fields),
    retriers: compileRetriers(fields),
    catchers: compileCatchers(fields),
    items: (effective, context) => {
      const found = valueOf(items, { input: effective, context }, itemsPath, 'ItemsPath');
      if (!isArray(found)) throw runtimeError(`Reference path "${itemsPath}" must point to array.`);
      return found;
    },
    select:
      template === undefined ? (_effective, item) => item : (input, _item, context) => template({ input, context }),
    maxConcurrency: secondsOf(fields, 'MaxConcurrency') ?? 0,
    iteration: compileGraph(graph),
  };
};

const compilers: Readonly<Record<string, (name: string, value: unknown, where: string) => State>> = {
  Pass: compilePass,
  Task: compileTask,
  Choice: compileChoice,
  Wait: compileWait,
  Succeed: compileSucceed,
  Fail: compileFail,
  Parallel: compileParallel,
  Map: compileMap,
};

/** The names that a state may go to. */
const targetsOf = (state: State): readonly string[] => {
  if (state.type === 'Fail') return [];
  const targets = state.next === undefined ? [] : [state.next];
  if (state.type === 'Choice') {
    targets.push(
      ...state.choices.map((choice) => choice.next),
      ...(state.otherwise === undefined ? [] : [state.otherwise]),
    );
  }
  if ('catchers' in state) targets.push(...state.catchers.map((catcher) => catcher.next));
  return targets;
};

const checkTransitions = (graph: Graph, fields: Fields): void => {
  const reached = new Set<string>();
  const open = [graph.startAt];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    const state = graph.states.get(name);
    if (state === undefined) throw new InvalidDefinition(fields.at('States'), `there is no state ${name}`);
    open.push(...targetsOf(state));
  }
  for (const name of graph.states.keys()) {
    if (!reached.has(name)) throw new InvalidDefinition(`${fields.at('States')}.${name}`, 'no transition leads to it');
  }
};

const compileGraph = (fields: Fields): Graph => {
  onlyJsonPath(fields);
  const states = new Map<string, State>();
  for (const [name, value] of Object.entries(fields.object('States'))) {
    const where = `${fields.at('States')}.${name}`;
    const type = isObject(value) ? value['Type'] : undefined;
    const compile = typeof type === 'string' && Object.hasOwn(compilers, type) ? compilers[type] : undefined;
    if (compile === undefined) throw new InvalidDefinition(`${where}.Type`, `${String(type)} is not implemented`);
    states.set(name, compile(name, value, where));
  }
  const graph = { startAt: fields.text('StartAt'), states };
  checkTransitions(graph, fields);
  return graph;
};

/**
 * Compiles a definition in the States Language (JSONPath). Whatever is not implemented is refused here, with its path,
 * so that no execution finds out later. Throws InvalidDefinition.
 */
export const compileMachine = (definition: string): Machine => {
  let parsed: unknown;
  try {
    parsed = parseJson(definition);
  } catch (error) {
    throw new InvalidDefinition('', `not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  const fields = fieldsOf(parsed, '', ['Comment', 'StartAt', 'States', 'Version', 'TimeoutSeconds', 'QueryLanguage']);
  return { graph: compileGraph(fields), timeoutSeconds: fields.optionalNumber('TimeoutSeconds', 1) };
};
