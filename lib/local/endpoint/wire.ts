import { randomUUID } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import type { AwsService, Principal } from '../contracts.ts';

/** A request of an AWS client, without its transport: from HTTP, or from a worker's message. */
export interface WireRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type ServiceLookup = (signingName: string) => AwsService | undefined;

/** A service that takes and gives JSON text, without the detour over objects. */
export interface RawService extends AwsService {
  callRaw(
    operation: string,
    body: string,
    principal: Principal,
  ): Promise<{ readonly status: number; readonly body: string }>;
}

export const isRaw = (service: AwsService): service is RawService => 'callRaw' in service;

/** Anything that is not an AwsError is a fault of the local cloud, and AWS's answer to its own faults. */
export const asAwsError = (thrown: unknown): AwsError =>
  thrown instanceof AwsError
    ? thrown
    : new AwsError('InternalServerError', thrown instanceof Error ? thrown.message : String(thrown), 500);

export const requestId = (): string => randomUUID();

/** A plain JSON answer, in no AWS protocol. */
export const json = (status: number, value: unknown): WireAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});
