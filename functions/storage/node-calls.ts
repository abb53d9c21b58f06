import type { S3Client } from '@aws-sdk/client-s3';
import { isError } from '../../lib/runtime/errors.ts';
import { ATTEMPT_MS, transferMs, type Limits } from './call-limits.ts';
import { headBucket } from './heads.ts';
import type { NodeAccess, Session } from './node-access.ts';
import { nodeRefused } from './node-client.ts';
import { nodeFailure, type FailingNode } from './node-failure.ts';
import type { SizedBody } from './sized-body.ts';

export interface Work<Result> {
  /** For people: `store an object`. */
  readonly what: string;
  readonly run: (s3: S3Client, limits: Limits) => Promise<Result>;
  /** Of the bodies that it sends. */
  readonly size?: number;
  readonly signal?: AbortSignal;
  /** False for what can be sent once only. */
  readonly repeatable?: boolean;
}

/** Runs work on a node, again with new credentials when it refuses those that were read before; fails in the port's errors. */
export const nodeCalls = (node: FailingNode, access: NodeAccess) => {
  const attempt = async <Result>(session: Session, { what, run, size, signal }: Work<Result>): Promise<Result> => {
    const limit = AbortSignal.timeout(transferMs(size ?? 0));
    try {
      return await run(session.s3, {
        requestTimeout: size === undefined ? ATTEMPT_MS : transferMs(size),
        abortSignal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
      });
    } catch (error) {
      throw nodeFailure(node, what, error);
    }
  };
  return async <Result>(work: Work<Result>): Promise<Result> => {
    const session = await access.session();
    try {
      return await attempt(session, work);
    } catch (error) {
      if (!isError(error, nodeRefused) || !(await access.renew(session)) || work.repeatable === false) throw error;
      return await attempt(await access.session(), work);
    }
  };
};
export type NodeCalls = ReturnType<typeof nodeCalls>;

/** Work that sends a body. What can be sent once only goes when the credentials are known to hold. */
export const bodyCalls =
  (call: NodeCalls) =>
  async <Result>(
    bucket: string,
    { body, repeatable, signal, failure }: SizedBody,
    work: Omit<Work<Result>, 'run'> & { readonly run: (body: SizedBody['body']) => Work<Result>['run'] },
  ): Promise<Result> => {
    if (!repeatable) {
      await call({ what: `find the bucket ${bucket}`, run: (s3, limits) => headBucket(s3, limits, bucket) });
    }
    try {
      return await call({ ...work, signal, repeatable, run: work.run(body) });
    } catch (error) {
      throw failure() ?? error;
    }
  };
export type BodyCalls = ReturnType<typeof bodyCalls>;
