import { isArray } from '../json.ts';
import { compilePlace } from './data-flow.ts';
import { fieldsOf, type Fields } from './definition-fields.ts';
import type { Catcher, Retrier } from './machine.ts';
import { InvalidDefinition } from './state-error.ts';

const errorNames = (fields: Fields, last: boolean): readonly string[] => {
  const names = fields.raw('ErrorEquals');
  const where = fields.at('ErrorEquals');
  if (!isArray(names) || names.length === 0) throw new InvalidDefinition(where, 'a list of error names is expected');
  const errors = names.map((name) => {
    if (typeof name !== 'string') throw new InvalidDefinition(where, 'error names are strings');
    return name;
  });
  if (errors.includes('States.ALL') && (errors.length > 1 || !last)) {
    throw new InvalidDefinition(where, 'States.ALL must stand alone, in the last entry');
  }
  return errors;
};

/** Compiles Retry. Defaults: 3 attempts, 1 second, doubled each time. */
export const compileRetriers = (fields: Fields): readonly Retrier[] => {
  const entries = fields.optionalObjects('Retry');
  return entries.map((entry, index) => {
    const retrier = fieldsOf(entry, `${fields.at('Retry')}[${index}]`, [
      'ErrorEquals',
      'IntervalSeconds',
      'MaxAttempts',
      'BackoffRate',
      'MaxDelaySeconds',
      'JitterStrategy',
      'Comment',
    ]);
    const jitter = retrier.optionalText('JitterStrategy') ?? 'NONE';
    if (jitter !== 'NONE' && jitter !== 'FULL')
      throw new InvalidDefinition(retrier.at('JitterStrategy'), 'NONE or FULL');
    return {
      errors: errorNames(retrier, index === entries.length - 1),
      intervalSeconds: retrier.optionalNumber('IntervalSeconds', 1) ?? 1,
      maxAttempts: retrier.optionalNumber('MaxAttempts', 0) ?? 3,
      backoffRate: retrier.optionalNumber('BackoffRate', 1) ?? 2,
      maxDelaySeconds: retrier.optionalNumber('MaxDelaySeconds', 1) ?? Infinity,
      jitter: jitter === 'FULL',
    };
  });
};

/** Compiles Catch. */
export const compileCatchers = (fields: Fields): readonly Catcher[] => {
  const entries = fields.optionalObjects('Catch');
  return entries.map((entry, index) => {
    const catcher = fieldsOf(entry, `${fields.at('Catch')}[${index}]`, [
      'ErrorEquals',
      'ResultPath',
      'Next',
      'Comment',
    ]);
    return {
      errors: errorNames(catcher, index === entries.length - 1),
      place: compilePlace(catcher),
      next: catcher.text('Next'),
    };
  });
};
