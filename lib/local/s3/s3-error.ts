import { AwsError } from '../aws-error.ts';
import { escapeXml } from '../endpoint/xml.ts';

/** Codes that S3 has for what other services call differently. */
const CODES: Readonly<Record<string, string>> = {
  AccessDeniedException: 'AccessDenied',
  UnrecognizedClientException: 'InvalidAccessKeyId',
  InternalServerError: 'InternalError',
};

export const s3Error = (code: string, message: string, status: number): AwsError => new AwsError(code, message, status);

export const accessDenied = (message = 'Access Denied'): AwsError => s3Error('AccessDenied', message, 403);
export const noSuchKey = (): AwsError => s3Error('NoSuchKey', 'The specified key does not exist.', 404);
export const noSuchBucket = (): AwsError => s3Error('NoSuchBucket', 'The specified bucket does not exist', 404);
export const invalidArgument = (message: string): AwsError => s3Error('InvalidArgument', message, 400);

const LONGEST_KEY = 1024;
export const checkKey = (key: string): void => {
  if (Buffer.byteLength(key) > LONGEST_KEY) throw s3Error('KeyTooLongError', 'Your key is too long', 400);
};

/** An error as S3 writes it. */
export const errorDocument = (
  error: AwsError,
  resource: string,
  requestId: string,
): { readonly status: number; readonly xml: string } => {
  const code = CODES[error.code] ?? error.code;
  const status = code === 'InvalidAccessKeyId' ? 403 : error.status;
  return {
    status,
    xml:
      `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${escapeXml(code)}</Code><Message>${escapeXml(error.message)}</Message>` +
      `<Resource>${escapeXml(resource)}</Resource><RequestId>${requestId}</RequestId></Error>`,
  };
};
