import {
  CreateBucketCommand,
  DeleteBucketCommand,
  ListBucketsCommand,
  S3ServiceException,
  type BucketLocationConstraint,
  type S3Client,
} from '@aws-sdk/client-s3';
import * as z from 'zod';
import { isError } from '../../lib/runtime/errors.ts';
import { headBucket } from './heads.ts';
import type { Limits } from './call-limits.ts';
import type { NodeCalls } from './node-calls.ts';
import { bucketMissing, nodeUnavailable, objectMissing, type NodeClient } from './node-client.ts';
import type { FailingNode } from './node-failure.ts';

/** Undefined for what is not there. */
export const absent = (error: unknown): undefined => {
  if (isError(error, objectMissing) || isError(error, bucketMissing)) return undefined;
  throw error;
};

/** The SDK lists AWS's regions; other stores have names of their own. */
const Constraint = z.custom<BucketLocationConstraint>((region) => typeof region === 'string');
/** S3's first region, which must not be named. */
const UNNAMED_REGION = 'us-east-1';

/** The `date` header of any answer. */
const dateOf = (response: unknown): string | undefined => {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return undefined;
  const { headers } = response;
  return typeof headers === 'object' && headers !== null && 'date' in headers ? String(headers.date) : undefined;
};

export const s3Buckets = (
  node: FailingNode,
  call: NodeCalls,
): Pick<NodeClient, 'ensureBucket' | 'removeBucket' | 'listBuckets' | 'time'> => ({
  async ensureBucket(bucket) {
    const run = async (s3: S3Client, limits: Limits) => {
      await headBucket(s3, limits, bucket);
      return true;
    };
    const found = await call({ what: `find the bucket ${bucket}`, run }).catch(absent);
    if (found !== undefined) return;
    const command = new CreateBucketCommand({
      Bucket: bucket,
      ...(node.region === UNNAMED_REGION
        ? {}
        : { CreateBucketConfiguration: { LocationConstraint: Constraint.parse(node.region) } }),
    });
    await call({
      what: `create the bucket ${bucket}`,
      run: async (s3, limits) => {
        try {
          await s3.send(command, limits);
        } catch (error) {
          // Created meanwhile, by another instance of ours.
          if (!(error instanceof S3ServiceException && error.name === 'BucketAlreadyOwnedByYou')) throw error;
        }
      },
    });
  },
  async removeBucket(bucket) {
    const command = new DeleteBucketCommand({ Bucket: bucket });
    await call({ what: `delete the bucket ${bucket}`, run: (s3, limits) => s3.send(command, limits) }).catch(absent);
  },
  async listBuckets() {
    const names: string[] = [];
    let token: string | undefined;
    do {
      const command: ListBucketsCommand = new ListBucketsCommand(
        token === undefined ? {} : { ContinuationToken: token },
      );
      const page = await call({ what: 'list its buckets', run: (s3, limits) => s3.send(command, limits) });
      for (const { Name } of page.Buckets ?? []) if (Name !== undefined) names.push(Name);
      token = page.ContinuationToken === '' ? undefined : page.ContinuationToken;
    } while (token !== undefined);
    return names;
  },
  async time() {
    let date: string | undefined;
    const command = new ListBucketsCommand({ MaxBuckets: 1 });
    command.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        date = dateOf(result.response);
        return result;
      },
      { step: 'deserialize' },
    );
    await call({ what: 'list its buckets', run: (s3, limits) => s3.send(command, limits) });
    const time = new Date(date ?? Number.NaN);
    if (!Number.isNaN(time.getTime())) return time;
    throw nodeUnavailable(
      `The node ${node.id} at ${node.endpoint} does not tell its time: its answers have no Date header. Let no proxy take it out.`,
    );
  },
});
