import * as z from 'zod';
import { defineCall } from '../../lib/runtime/call.ts';
import { Upload } from './model.ts';
import { drainId, fileId, nodeId, uploadId } from './ids.ts';

/**
 * The selector: chooses a node for an upload, and reserves its bytes there and in the tenant's quota in one transaction with
 * the upload itself. A replay answers the upload that there is.
 */
export const Reserve = defineCall(
  'storage',
  'reserve',
  z.object({
    uploadId: uploadId.schema,
    ...Upload.pick({
      fileId: true,
      number: true,
      path: true,
      expects: true,
      size: true,
      sha256: true,
      contentType: true,
      visibility: true,
      parts: true,
      partSize: true,
      requestHash: true,
      actor: true,
    }).shape,
    /** Nodes that just failed. */
    except: z.array(nodeId.schema).max(20),
  }),
  z.discriminatedUnion('status', [
    z.object({ status: z.literal('reserved'), upload: Upload, replayed: z.boolean() }),
    z.object({ status: z.literal('quota_exceeded'), limitBytes: z.int(), takenBytes: z.int() }),
    /** No node has room, or none of the tenant's pool takes objects. */
    z.object({ status: z.literal('no_space'), detail: z.string() }),
  ]),
  5000,
);

/** One step of the workflow that keeps a drain going; all state is in the drain. */
export const RunDrain = defineCall(
  'storage',
  'run-drain',
  z.object({ drainId: drainId.schema, run: z.int().min(1) }),
  z.discriminatedUnion('status', [
    z.object({ status: z.literal('continue') }),
    z.object({ status: z.literal('wait'), waitSeconds: z.int().min(1) }),
    z.object({ status: z.literal('ended') }),
  ]),
  60_000,
);

/** What others show of a tenant's files: only those that are visible and public, in no order. */
export const DescribeFiles = defineCall(
  'storage',
  'describe-files',
  z.object({ fileIds: z.array(fileId.schema).max(100) }),
  z.object({
    files: z.array(
      z.object({
        id: fileId.schema,
        name: z.string(),
        contentType: z.string(),
        size: z.int().min(0),
        /** Path of the API under which anybody reads it. */
        url: z.string(),
      }),
    ),
  }),
);
