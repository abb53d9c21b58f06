import { s3Error } from './s3-error.ts';

const LINE_END = Buffer.from('\r\n');
const LONGEST_LINE = 4096;

/**
 * Takes `aws-chunked` content apart: `<hex size>[;chunk-signature=..]` and the bytes, until a chunk of no bytes, then
 * trailers, which are put into `trailers`. Chunk signatures are not verified: whoever made them holds the connection
 * whose headers were.
 */
export const decodeAwsChunks = async function* (
  source: AsyncIterable<unknown>,
  trailers: Record<string, string>,
): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let left = 0;
  let phase: 'size' | 'bytes' | 'end-of-bytes' | 'trailers' = 'size';
  const takeLine = (): string | undefined => {
    const end = rest.indexOf(LINE_END);
    if (end < 0) {
      if (rest.length > LONGEST_LINE) throw s3Error('IncompleteBody', 'The request body is not aws-chunked', 400);
      return undefined;
    }
    const line = rest.toString('latin1', 0, end);
    rest = rest.subarray(end + LINE_END.length);
    return line;
  };
  for await (const part of source) {
    if (!Buffer.isBuffer(part)) continue;
    rest = rest.length === 0 ? part : Buffer.concat([rest, part]);
    for (;;) {
      if (phase === 'bytes') {
        if (rest.length === 0) break;
        const bytes = rest.subarray(0, left);
        rest = rest.subarray(bytes.length);
        left -= bytes.length;
        yield bytes;
        if (left === 0) phase = 'end-of-bytes';
        continue;
      }
      const line = takeLine();
      if (line === undefined) break;
      if (phase === 'end-of-bytes') phase = 'size';
      else if (phase === 'size') {
        left = Number.parseInt(line.split(';')[0] ?? '', 16);
        if (Number.isNaN(left)) throw s3Error('IncompleteBody', 'The request body is not aws-chunked', 400);
        phase = left === 0 ? 'trailers' : 'bytes';
      } else if (line.includes(':')) {
        const at = line.indexOf(':');
        trailers[line.slice(0, at).trim().toLowerCase()] = line.slice(at + 1).trim();
      }
    }
  }
};
