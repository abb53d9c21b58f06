import { isUtf8 } from 'node:buffer';

/** A row of the file. `line` counts physical lines from 1; `start` and `end` are byte offsets in the file. */
export interface CsvRow {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly fields: readonly string[];
  /** What is wrong with it; `fields` are then those before the fault. Reading goes on at the next line of text. */
  readonly problem?: CsvProblem;
}
export interface CsvProblem {
  readonly code: 'quote_not_closed' | 'text_after_quote' | 'row_too_long' | 'not_utf8';
  readonly message: string;
}

export const MAX_ROW_BYTES = 1_000_000;

const QUOTE = 0x22;
const COMMA = 0x2c;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

const PROBLEMS = {
  quote_not_closed: 'A quoted field is not closed.',
  text_after_quote: 'After the closing quote of a field there is more text before the next comma.',
  row_too_long: `The row is longer than ${MAX_ROW_BYTES} bytes; a quote is probably missing.`,
  not_utf8: 'The text is not UTF-8. Export the file again as UTF-8.',
} as const satisfies Record<CsvProblem['code'], string>;

interface Scanned {
  /** Behind the row's line end. */
  readonly end: number;
  /** Pairs of offsets; quoted fields without their quotes. */
  readonly fields: readonly { readonly from: number; readonly to: number; readonly quoted: boolean }[];
  readonly problem?: CsvProblem['code'];
}

/** Finds the end of the row that begins at `from`; undefined when more bytes are needed to tell. */
const scanRow = (bytes: Buffer, from: number, complete: boolean): Scanned | undefined => {
  const fields: { from: number; to: number; quoted: boolean }[] = [];
  const length = bytes.length;
  let at = from;
  for (;;) {
    if (at < length && bytes[at] === QUOTE) {
      let closing = bytes.indexOf(QUOTE, at + 1);
      while (closing !== -1 && bytes[closing + 1] === QUOTE) closing = bytes.indexOf(QUOTE, closing + 2);
      if (closing === -1) return complete ? { end: length, fields, problem: 'quote_not_closed' } : undefined;
      if (closing + 2 >= length && !complete) return undefined;
      fields.push({ from: at + 1, to: closing, quoted: true });
      at = closing + 1;
      if (bytes[at] === RETURN && bytes[at + 1] === NEWLINE) at += 1;
      if (at >= length || bytes[at] === NEWLINE) return { end: Math.min(at + 1, length), fields };
      if (bytes[at] !== COMMA) return { end: at, fields, problem: 'text_after_quote' };
    } else {
      const start = at;
      while (at < length && bytes[at] !== COMMA && bytes[at] !== NEWLINE) at += 1;
      if (at >= length && !complete) return undefined;
      const ended = at >= length || bytes[at] === NEWLINE;
      fields.push({ from: start, to: ended && bytes[at - 1] === RETURN && at > start ? at - 1 : at, quoted: false });
      if (ended) return { end: Math.min(at + 1, length), fields };
    }
    at += 1;
  }
};

const countLines = (bytes: Buffer, from: number, to: number): number => {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE, from); at !== -1 && at < to; at = bytes.indexOf(NEWLINE, at + 1)) lines += 1;
  return lines;
};

/** How many lines into these bytes the first one is that is not UTF-8. */
const firstBadLine = (bytes: Buffer): number => {
  let lines = 0;
  let start = 0;
  while (start < bytes.length) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline + 1;
    if (!isUtf8(bytes.subarray(start, end))) return lines;
    lines += 1;
    start = end;
  }
  return lines;
};

/** The rows in a buffer that grows; what is not a whole row yet is kept for the next call. */
const rowReader = (offset: number, line: number) => {
  let bytes = Buffer.alloc(0);
  let at = 0;

  const rowOf = (scanned: Scanned): CsvRow => {
    const { fields, problem } = scanned;
    const row = bytes.subarray(at, scanned.end);
    const text = fields.map(({ from, to, quoted }) => {
      const value = bytes.toString('utf8', from, to);
      return quoted ? value.replaceAll('""', '"') : value;
    });
    const place = { line, start: offset + at, end: offset + scanned.end, fields: text };
    if (!isUtf8(row)) {
      const bad = line + firstBadLine(row);
      return { ...place, line: bad, problem: { code: 'not_utf8', message: PROBLEMS.not_utf8 } };
    }
    return problem === undefined ? place : { ...place, problem: { code: problem, message: PROBLEMS[problem] } };
  };

  /** A broken row ends with its first line of text: what follows may be in order again. */
  const endOfLine = (): number => {
    const newline = bytes.indexOf(NEWLINE, at);
    return newline === -1 ? bytes.length : newline + 1;
  };

  return (chunk: Uint8Array, complete: boolean): CsvRow[] => {
    bytes = Buffer.concat([bytes.subarray(at), chunk]);
    offset += at;
    at = offset === 0 && bytes.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0;
    const rows: CsvRow[] = [];
    while (at < bytes.length) {
      const long = bytes.length - at > MAX_ROW_BYTES;
      const found = scanRow(bytes, at, complete);
      if (found === undefined && !long) break;
      const tooLong = found === undefined || found.end - at > MAX_ROW_BYTES;
      const scanned: Scanned = tooLong ? { end: endOfLine(), fields: [], problem: 'row_too_long' } : found;
      const row = rowOf(scanned.problem === undefined ? scanned : { ...scanned, end: endOfLine() });
      const blank = row.problem === undefined && row.fields.length === 1 && row.fields[0] === '';
      if (!blank) rows.push(row);
      line += countLines(bytes, at, row.end - offset);
      at = row.end - offset;
    }
    return rows;
  };
};

/**
 * Reads CSV (RFC 4180: commas, quotes doubled inside quotes, line ends inside quotes, CRLF or LF, an optional byte-order
 * mark) from a stream of bytes, a few rows at a time, and never holds more than a row and a chunk. A quote inside an
 * unquoted field is itself. A faulty row is reported and reading goes on with the next line of text, which is where
 * a person would look for the next row.
 *
 * @param start where the stream begins in the file, when that is not the beginning
 */
export async function* csvRows(
  chunks: AsyncIterable<Uint8Array>,
  start: { readonly offset: number; readonly line: number } = { offset: 0, line: 1 },
): AsyncGenerator<readonly CsvRow[]> {
  const read = rowReader(start.offset, start.line);
  for await (const chunk of chunks) yield read(chunk, false);
  yield read(new Uint8Array(), true);
}
