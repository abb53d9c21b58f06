import { s3Error } from './s3-error.ts';

export interface ByteRange {
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
}

/** One `Range: bytes=..` of an object. Undefined for none, or for a form that S3 ignores (several ranges). */
export const byteRange = (header: string | undefined, size: number): ByteRange | undefined => {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (match === null) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (start >= size || (first === '' && Number(last) === 0)) {
    throw s3Error('InvalidRange', 'The requested range is not satisfiable', 416);
  }
  return end < start ? undefined : { start, end };
};
