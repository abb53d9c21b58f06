import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { actingFor } from './acting-tenant.ts';
import type { CallContext, CallContract } from './call.ts';
import { AppError } from './errors.ts';
import { lambdaHandler } from './lambda-handler.ts';
import { describeError, loggerFor } from './log.ts';
import { malformed, problemsOf } from './malformed-event.ts';
import { TenantId } from './tenant.ts';

const CallEnvelope = z.object({ tenant: TenantId.optional(), traceId: z.string().max(200), input: z.unknown() });

/** The context of a call that must be for a tenant: what steps of a tenant's saga get. */
export interface TenantCallContext extends CallContext {
  readonly tenant: TenantId;
}

/**
 * The way in of a function that another domain calls or a state machine runs:
 * `{ tenant, traceId, input }` in, the contract's output out. What throws is a surprise: the caller sees an error whose
 * type is the error's code.
 */
export const step = <Input extends z.ZodType, Output extends z.ZodType>(
  contract: CallContract<Input, Output>,
  useCase: (context: TenantCallContext, input: z.output<Input>) => Promise<z.input<Output>>,
): ((event: unknown, context: Context) => Promise<unknown>) =>
  systemStep(contract, (context, input) => {
    const { tenant } = context;
    if (tenant === undefined) throw malformed(takes(contract), ['tenant is missing']);
    return useCase({ ...context, tenant }, input);
  });

const takes = ({ domain, name }: CallContract): string => `${domain}.${name} takes {tenant, traceId, input}`;

/**
 * Parses a part of the event of a call.
 * @throws MalformedEvent that lists the offending places
 */
const parseEvent = <Schema extends z.ZodType>(
  contract: CallContract,
  schema: Schema,
  value: unknown,
  part?: string,
): z.output<Schema> => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw malformed(takes(contract), problemsOf(parsed.error, part), parsed.error);
};

/** The same for the few calls that are not made for one tenant. */
export const systemStep = <Input extends z.ZodType, Output extends z.ZodType>(
  contract: CallContract<Input, Output>,
  useCase: (context: CallContext, input: z.output<Input>) => Promise<z.input<Output>>,
): ((event: unknown, context: Context) => Promise<unknown>) =>
  lambdaHandler(async (event: unknown, lambda: Context) => {
    const envelope = parseEvent(contract, CallEnvelope, event);
    const trace = { traceId: envelope.traceId, tenant: envelope.tenant, requestId: lambda.awsRequestId };
    const started = performance.now();
    try {
      const input = parseEvent(contract, contract.input, envelope.input, 'input');
      const output = contract.output.parse(
        await actingFor(envelope.tenant, () => useCase({ tenant: envelope.tenant, traceId: envelope.traceId }, input)),
      );
      loggerFor(trace)('info', `${contract.domain}.${contract.name}`, { ms: Math.round(performance.now() - started) });
      return output;
    } catch (error) {
      const known = error instanceof AppError && error.status < 500;
      loggerFor(trace)(known ? 'warn' : 'error', `${contract.domain}.${contract.name} failed`, {
        error: describeError(error),
      });
      throw error;
    }
  });
