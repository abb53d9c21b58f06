import { parseArgs, type ParseArgsConfig } from 'node:util';
import * as z from 'zod';

/** What a person got wrong: said without a stack (`orEnd`). */
export class UsageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UsageError';
  }
}

/**
 * Reads the arguments of a command.
 * @throws UsageError with the argument that is wrong and how the command is used
 */
export const readArguments = <Config extends ParseArgsConfig>(
  usage: string,
  config: Config,
): ReturnType<typeof parseArgs<Config>> => {
  try {
    return parseArgs(config);
  } catch (error) {
    // Node adds how a name that begins with a dash is passed.
    const [what] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new UsageError(`${what}.\n${usage}`, { cause: error });
  }
};

/**
 * Parses the values of options.
 * @throws UsageError with each option that is wrong, its value, and how the command is used
 */
export const readOptions = <Schema extends z.ZodType>(
  usage: string,
  schema: Schema,
  values: Readonly<Record<string, unknown>>,
): z.output<Schema> => {
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const shown = name === name.toUpperCase() ? `${name}=` : `--${name} `;
    return `${shown}${String(values[name])}: ${issue.message}`;
  });
  throw new UsageError(`${wrong.join('\n')}\n${usage}`, { cause: parsed.error });
};

/** A whole number from `least` to `most`. */
export const wholeNumber = (least: number, most = Number.MAX_SAFE_INTEGER) => {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  const error = `a whole number ${range} is needed`;
  return z.coerce.number({ error }).int({ error }).min(least, { error }).max(most, { error });
};

/** The base URL of an API. */
export const httpUrl = () =>
  z.url({ protocol: /^https?$/, error: 'a URL that begins with http:// or https:// is needed' });

/** Reads with one of these; where a person got something wrong, that is said and the command ends with 2. */
export const orEnd = <Result>(read: () => Result): Result => {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
};
