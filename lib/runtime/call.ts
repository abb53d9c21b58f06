import type * as z from 'zod';
import type { TenantId } from './tenant.ts';

/**
 * A function of one domain that others may call (or a saga runs as a step), declared once by its owner in
 * `functions/<domain>/calls.ts`. The name is the function's: `cartwright-<stage>-<domain>-<name>`.
 */
export interface CallContract<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  readonly domain: string;
  readonly name: string;
  readonly input: Input;
  readonly output: Output;
  /** Milliseconds until the caller gives up. */
  readonly timeoutMs: number;
}

/** Declares a call. Expected refusals are results with a code; only surprises throw. */
export const defineCall = <Input extends z.ZodType, Output extends z.ZodType>(
  domain: string,
  name: string,
  input: Input,
  output: Output,
  timeoutMs = 3000,
): CallContract<Input, Output> => ({ domain, name, input, output, timeoutMs });

/** What every call and step carries besides its input. */
export interface CallContext {
  /** Absent only for calls of the platform itself (the authorizer asks whose a credential is). */
  readonly tenant?: TenantId | undefined;
  readonly traceId: string;
}

/** A bound call, as use cases see it. */
export type Callable<Contract extends CallContract> = (
  context: CallContext,
  input: z.input<Contract['input']>,
) => Promise<z.output<Contract['output']>>;
