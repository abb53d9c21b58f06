import type { MoreOperations } from '../s3/s3-request.ts';

/** What a storage node does beyond the system's S3: buckets come and go, and objects come in parts. */
export type NodeOperation =
  | 'CreateBucket'
  | 'DeleteBucket'
  | 'ListMultipartUploads'
  | 'CreateMultipartUpload'
  | 'UploadPart'
  | 'ListParts'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload';

export const nodeOperation: MoreOperations<NodeOperation> = (method, query, isObject) => {
  const plain = [...query.keys()].every((name) => /^x-/i.test(name));
  if (!isObject) {
    if (method === 'PUT' && plain) return 'CreateBucket';
    if (method === 'DELETE' && plain) return 'DeleteBucket';
    return method === 'GET' && query.has('uploads') ? 'ListMultipartUploads' : undefined;
  }
  if (method === 'POST' && query.has('uploads')) return 'CreateMultipartUpload';
  if (!query.has('uploadId')) return undefined;
  if (method === 'PUT') return query.has('partNumber') ? 'UploadPart' : undefined;
  const operations: Readonly<Record<string, NodeOperation>> = {
    GET: 'ListParts',
    POST: 'CompleteMultipartUpload',
    DELETE: 'AbortMultipartUpload',
  };
  return operations[method];
};
