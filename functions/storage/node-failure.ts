import { AppError } from '../../lib/runtime/errors.ts';
import {
  bucketMissing,
  bucketNotEmpty,
  checksumRefused,
  multipartMissing,
  nodeFull,
  nodeRefused,
  nodeUnavailable,
  objectMissing,
} from './node-client.ts';
import type { StorageNode } from './node.ts';

/** What a failure says of the node it happened on. */
export type FailingNode = Pick<StorageNode, 'id' | 'endpoint' | 'region'>;

/** Of OpenSSL, as Node names them: the node's certificate is not trusted. */
const CERTIFICATE =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_\w+|ERR_TLS_CERT_ALTNAME_INVALID)$/;

/** S3's names for an endpoint or signature of another region. */
const OTHER_REGION = new Set([
  'AuthorizationHeaderMalformed',
  'AuthorizationQueryParametersError',
  'IllegalLocationConstraintException',
  'InvalidLocationConstraint',
  'InvalidRegion',
  'PermanentRedirect',
  'TemporaryRedirect',
]);

/** versitygw says 404 for an access key that it does not know. */
const REFUSED = new Set(['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'XAdminUserNotFound']);

const WRONG_BYTES = new Set([
  'BadDigest',
  'EntityTooSmall',
  'IncompleteBody',
  'InvalidDigest',
  'InvalidPart',
  'InvalidPartOrder',
  'InvalidRange',
  'XAmzContentChecksumMismatch',
  'XAmzContentSHA256Mismatch',
]);

/** Full stores have no common name: S3's own 507, MinIO, Ceph and SeaweedFS, and what the others write in words. */
const NO_SPACE = /^(InsufficientStorage|XMinioStorageFull|XMinioAdminBucketQuotaExceeded|StorageFull|QuotaExceeded)$/;
const NO_SPACE_WORDS = /quota|no space left|storage full|disk full|not enough space|insufficient storage/i;

interface Answer {
  readonly name: string;
  readonly status: number;
  readonly message: string;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** The node's own error answer, of an error of the SDK; undefined when there was none. */
const answerOf = (error: Error & Readonly<Record<string, unknown>>): Answer | undefined => {
  const metadata = error['$metadata'];
  const status = isRecord(metadata) ? metadata['httpStatusCode'] : undefined;
  return typeof status === 'number' ? { name: error.name, status, message: error.message } : undefined;
};

const hasFields = (error: unknown): error is Error & Readonly<Record<string, unknown>> => error instanceof Error;

const ofAnswer = (node: FailingNode, what: string, { name, status, message }: Answer, cause: unknown): AppError => {
  const said = `The node ${node.id} at ${node.endpoint} refused to ${what}: ${name}${message === '' || message === name ? '' : ` (${message})`}.`;
  const options = { cause };
  if (NO_SPACE.test(name) || status === 507 || (status !== 404 && NO_SPACE_WORDS.test(message))) {
    return nodeFull(`${said} Add a node, or free space on this one.`, options);
  }
  if (name === 'TooManyBuckets') return nodeFull(`${said} Raise its limit of buckets, or add a node.`, options);
  if (WRONG_BYTES.has(name) || status === 416)
    return checksumRefused(`${said} Send the bytes that were announced.`, options);
  if (OTHER_REGION.has(name) || (status >= 300 && status < 400) || /region .* is wrong|wrong region/i.test(message)) {
    return nodeUnavailable(
      `${said} It is in another region than ${node.region}: set the node's region right.`,
      options,
    );
  }
  if (name === 'NoSuchUpload') return multipartMissing(said, options);
  if (name === 'NoSuchBucket') return bucketMissing(said, options);
  if (name === 'BucketNotEmpty') return bucketNotEmpty(`${said} Delete its objects first.`, options);
  if (REFUSED.has(name) || status === 401 || status === 403) {
    const advice =
      name === 'RequestTimeTooSkewed'
        ? "Set the node's clock right."
        : "Check the node's secret and what its access key may do.";
    return nodeRefused(`${said} ${advice}`, options);
  }
  if (status === 404) return objectMissing(said, options);
  if (status >= 500) return nodeUnavailable(`${said} Look into the node's own log.`, options);
  return nodeUnavailable(
    `${said} That is not what an S3-compatible store answers here: check that its endpoint is that of one.`,
    options,
  );
};

/** A thrown value in the terms of the port. What has nothing to do with the node stays what it is. */
export const nodeFailure = (node: FailingNode, what: string, error: unknown): unknown => {
  if (error instanceof AppError || !hasFields(error)) return error;
  const options = { cause: error };
  const where = `The node ${node.id} at ${node.endpoint}`;
  const code = typeof error['code'] === 'string' ? error['code'] : '';
  if (CERTIFICATE.test(code)) {
    return nodeUnavailable(
      `${where} has a TLS certificate that is not trusted (${code}: ${error.message}). Give it a certificate of a known authority.`,
      options,
    );
  }
  if (error.name === 'TimeoutError' || error.name === 'AbortError') {
    return nodeUnavailable(`${where} did not ${what} in time. Check its load and the way to it.`, options);
  }
  const answer = answerOf(error);
  if (answer !== undefined && answer.status >= 300) return ofAnswer(node, what, answer, error);
  if (answer !== undefined || '$response' in error) {
    return nodeUnavailable(
      `${where} answered something that is not S3's when asked to ${what}. Check that its endpoint is that of an S3-compatible store.`,
      options,
    );
  }
  if (code !== '') {
    return nodeUnavailable(
      `${where} does not answer (${code}). Check that it runs and that its endpoint is right.`,
      options,
    );
  }
  return error;
};
