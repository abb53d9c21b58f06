import { AwsError, notImplemented } from './aws-error.ts';
import { isArray, isObject, type JsonObject } from './json.ts';

/** Reads the input of an AWS operation; what is missing or has another type is a ValidationException, as on AWS. */
export interface OperationInput {
  text(name: string): string;
  optionalText(name: string): string | undefined;
  optionalNumber(name: string): number | undefined;
  optionalFlag(name: string): boolean | undefined;
  optionalObjects(name: string): readonly JsonObject[] | undefined;
}

const invalid = (name: string, problem: string): AwsError =>
  new AwsError(
    'ValidationException',
    `1 validation error detected: Value at '${name}' failed to satisfy constraint: ${problem}`,
  );

/**
 * @param operation `service:Operation`, for messages
 * @param known the parameters that are implemented: any other one that is given is refused by name
 */
export const operationInput = (operation: string, input: JsonObject, known: readonly string[]): OperationInput => {
  for (const name of Object.keys(input)) {
    if (input[name] !== undefined && input[name] !== null && !known.includes(name)) {
      throw notImplemented(`the parameter ${name} of ${operation}`);
    }
  }
  const optionalText = (name: string): string | undefined => {
    const value = input[name] ?? undefined;
    if (value === undefined || typeof value === 'string') return value;
    throw invalid(name, 'Member must be a string');
  };
  return {
    optionalText,
    text: (name) => {
      const value = optionalText(name);
      if (value === undefined || value === '') throw invalid(name, 'Member must not be null');
      return value;
    },
    optionalNumber: (name) => {
      const value = input[name] ?? undefined;
      if (value === undefined || typeof value === 'number') return value;
      if (typeof value === 'string' && /^-?\d+$/.test(value)) return Number(value);
      throw invalid(name, 'Member must be a number');
    },
    optionalFlag: (name) => {
      const value = input[name] ?? undefined;
      if (value === undefined || typeof value === 'boolean') return value;
      if (value === 'true' || value === 'false') return value === 'true';
      throw invalid(name, 'Member must be a boolean');
    },
    optionalObjects: (name) => {
      const value = input[name] ?? undefined;
      if (value === undefined) return undefined;
      if (!isArray(value)) throw invalid(name, 'Member must be a list');
      return value.map((member) => {
        if (!isObject(member)) throw invalid(name, 'Members must be structures');
        return member;
      });
    },
  };
};
