import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CsvRow, csvRows } from '../../functions/catalog/csv-records.ts';

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const read = async (file: string | Buffer, size = 7): Promise<CsvRow[]> => {
  const rows: CsvRow[] = [];
  for await (const some of csvRows(inChunks(Buffer.from(file), size))) rows.push(...some);
  return rows;
};
const fields = async (file: string | Buffer, size?: number) => (await read(file, size)).map((row) => row.fields);
const told = (rows: readonly CsvRow[]) => rows.map(({ line, fields, problem }) => [line, problem?.code ?? fields]);

describe('CSV', () => {
  test('with quotes, commas, doubled quotes and line ends inside quotes is read, with the line that each row begins on', async () => {
    const rows = await read('a,b\r\n"1,5","say ""hi"""\r\n"two\r\nlines",x\r\n\r\nlast,"y"');
    expect(told(rows)).toEqual([
      [1, ['a', 'b']],
      [2, ['1,5', 'say "hi"']],
      [3, ['two\r\nlines', 'x']],
      [6, ['last', 'y']],
    ]);
  });

  test('may begin with a byte-order mark, and may end with or without a line end', async () => {
    for (const file of ['\uFEFFa,b\n1,2', 'a,b\n1,2\n', 'a,b\r\n1,2\r\n']) {
      expect(await fields(file)).toEqual([
        ['a', 'b'],
        ['1', '2'],
      ]);
    }
    expect(await fields('')).toEqual([]);
    expect(await fields('a,\n,""\n')).toEqual([
      ['a', ''],
      ['', ''],
    ]);
  });

  test('is read the same in chunks of any size, also through a letter of several bytes', async () => {
    const file = '\uFEFFÄß,"漢字, ""x""\r\n😀"\r\n,é\r\n';
    const whole = await read(file, 1000);
    for (let size = 1; size < 20; size += 1) expect(await read(file, size)).toEqual(whole);
    expect(whole.map((row) => row.fields)).toEqual([
      ['Äß', '漢字, "x"\r\n😀'],
      ['', 'é'],
    ]);
  });

  test('that is not UTF-8 is named with the line of the fault', async () => {
    const file = Buffer.concat([Buffer.from('a,b\n"x\ny\n'), Buffer.from([0xe4]), Buffer.from('z",1\nc,d\n')]);
    expect(told(await read(file))).toEqual([
      [1, ['a', 'b']],
      [4, 'not_utf8'],
      [5, ['c', 'd']],
    ]);
    expect(told(await read(Buffer.from('a,b', 'utf16le')))[0]).toEqual([1, ['a\0', '\0b\0']]);
    expect(told(await read(Buffer.from('\uFEFFa', 'utf16le')))[0]).toEqual([1, 'not_utf8']);
  });

  test('a faulty row is reported alone: the rows after it are read', async () => {
    expect(told(await read('h,t\na,"x"y,1\nb,2\n'))).toEqual([
      [1, ['h', 't']],
      [2, 'text_after_quote'],
      [3, ['b', '2']],
    ]);
    const open = await read('h,t\na,"never closed\nb,2\nc,3\n');
    expect(told(open)).toEqual([
      [1, ['h', 't']],
      [2, 'quote_not_closed'],
      [3, ['b', '2']],
      [4, ['c', '3']],
    ]);
    expect(open[1]?.fields).toEqual(['a']);
    expect(told(await read('a,"open\nb,"quoted"\nc,3\n'))).toEqual([
      [1, 'text_after_quote'],
      [2, ['b', 'quoted']],
      [3, ['c', '3']],
    ]);
  });

  test('a row without end is not held in memory', async () => {
    const line = `${'x'.repeat(999)}\n`;
    const rows = await read(`h,t\na,"${line.repeat(2000)}`, 65_536);
    expect(told(rows.slice(0, 3))).toEqual([
      [1, ['h', 't']],
      [2, 'row_too_long'],
      [3, ['x'.repeat(999)]],
    ]);
    expect(rows).toHaveLength(2001);
  });

  test('a quote inside an unquoted field is itself', async () => {
    expect(await fields('a,5" pipe,b""c\n')).toEqual([['a', '5" pipe', 'b""c']]);
  });

  test('can be read from any row on, by its offset and line', async () => {
    const file = Buffer.from('h,t\n"a\nb",1\nc,2\nd,3\n');
    const all = await read(file);
    for (const [index, row] of all.entries()) {
      const rest: CsvRow[] = [];
      const from = { offset: row.start, line: row.line };
      for await (const some of csvRows(inChunks(file.subarray(row.start), 3), from)) rest.push(...some);
      expect(rest).toEqual(all.slice(index));
    }
  });

  test('is understood as by another reader, whatever is in the fields', async () => {
    const cell = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.constantFrom('"', ',', '\n', '\r\n', '=1+1', ' x '),
    );
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 8 });
    const written = (value: string) => (/["\n\r,]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 30 }),
        async (rows, end, size) => {
          const file = rows.map((row) => row.map(written).join(',')).join(end);
          const oracle = parse(file, { relax_column_count: true, record_delimiter: end });
          expect(await fields(file, size)).toEqual(oracle);
          expect(oracle).toEqual(rows);
        },
      ),
    );
  });
});
