import { AwsError } from '../aws-error.ts';
import type { Iam, Principal } from '../contracts.ts';

/** What a SigV4 request says of itself before anything is verified. */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly service: string;
}

const HEADER = /Credential=([^/,\s]+)\/\d+\/[^/]+\/([^/]+)\/aws4_request/;
const QUERY = /[?&]X-Amz-Credential=([^&]+)/;

/** The access key and signing name of the Authorization header or of a presigned URL. */
export const credentialScope = (authorization: string | undefined, url: string): CredentialScope | undefined => {
  const inQuery = authorization === undefined ? QUERY.exec(url)?.[1] : undefined;
  const match = HEADER.exec(authorization ?? `Credential=${decodeURIComponent(inQuery ?? '')}`);
  const [, accessKeyId, service] = match ?? [];
  return accessKeyId === undefined || service === undefined ? undefined : { accessKeyId, service };
};

/** The caller behind an access key, or AWS's own refusal. */
export const callerOf = (iam: Iam, scope: CredentialScope | undefined): Principal => {
  if (scope === undefined) {
    throw new AwsError('MissingAuthenticationTokenException', 'Request is missing Authentication Token', 400);
  }
  const known = iam.principalOf(scope.accessKeyId);
  if (known !== undefined) return known.principal;
  throw new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.', 400);
};
