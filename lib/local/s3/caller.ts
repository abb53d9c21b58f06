import { isSignedBy, signatureOf, signatureTime } from '../endpoint/sigv4.ts';
import type { Signature, SignedRequest } from '../endpoint/sigv4.ts';
import { accessDenied, s3Error } from './s3-error.ts';

/** What is known of an access key; the token is empty for keys without one. */
export interface KnownKey {
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** A caller whose signature holds. */
export interface VerifiedCaller<Known extends KnownKey> {
  readonly known: Known;
  readonly signature: Signature;
}

/** S3's longest lifetime of a presigned URL. */
const LONGEST_SECONDS = 7 * 86_400;
/** How far a signer's clock may be off. */
const SKEW_MS = 15 * 60_000;

const checkTime = (signature: Signature, now: number): void => {
  const signedAt = signatureTime(signature.date);
  if (Number.isNaN(signedAt)) throw accessDenied('AWS authentication requires a valid Date or x-amz-date header');
  const { expiresSeconds } = signature;
  if (expiresSeconds === undefined) {
    if (Math.abs(now - signedAt) > SKEW_MS) {
      throw s3Error(
        'RequestTimeTooSkewed',
        'The difference between the request time and the current time is too large.',
        403,
      );
    }
    return;
  }
  if (!(expiresSeconds >= 1 && expiresSeconds <= LONGEST_SECONDS)) {
    throw s3Error('AuthorizationQueryParametersError', 'X-Amz-Expires must be between 1 and 604800 seconds', 400);
  }
  if (signedAt > now + SKEW_MS) throw accessDenied('Request is not yet valid');
  if (now > signedAt + expiresSeconds * 1000) throw accessDenied('Request has expired');
};

/** S3 takes no `x-amz-` header of a request that its signature does not cover. */
const checkCoverage = (request: SignedRequest, signature: Signature): void => {
  const uncovered = Object.keys(request.headers).filter(
    (name) => name.startsWith('x-amz-') && !signature.signedHeaders.includes(name),
  );
  // A presigned URL leaves the payload's hash open to its user.
  const harmless = new Set(signature.expiresSeconds === undefined ? [] : ['x-amz-content-sha256', 'x-amz-date']);
  if (uncovered.some((name) => !harmless.has(name)))
    throw accessDenied('There were headers present in the request which were not signed');
};

/** Who signed a request to S3; `find` tells what is known of an access key. Throws S3's own refusals. */
export const verifyCaller = <Known extends KnownKey>(
  find: (accessKeyId: string) => Known | undefined,
  request: SignedRequest,
  now: number,
): VerifiedCaller<Known> => {
  const signature = signatureOf(request);
  if (signature === undefined) throw accessDenied();
  const known = find(signature.accessKeyId);
  if (known === undefined) {
    throw s3Error('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', 403);
  }
  if (known.sessionToken !== '' && signature.sessionToken !== known.sessionToken) {
    throw s3Error('InvalidToken', 'The provided token is malformed or otherwise invalid.', 400);
  }
  checkTime(signature, now);
  checkCoverage(request, signature);
  if (!isSignedBy(request, signature, known.secretAccessKey)) {
    throw s3Error(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      403,
    );
  }
  return { known, signature };
};
