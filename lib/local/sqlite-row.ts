import type { SQLOutputValue } from 'node:sqlite';

/** A row of the state database, read column by column: a column of another type is an error, not a surprise later. */
export type Row = Record<string, SQLOutputValue>;

export const textIn = (row: Row, name: string): string => {
  const value = row[name];
  if (typeof value !== 'string') throw new Error(`the column ${name} of the state database is not text`);
  return value;
};

export const optionalTextIn = (row: Row, name: string): string | undefined =>
  row[name] === null || row[name] === undefined ? undefined : textIn(row, name);

export const numberIn = (row: Row, name: string): number => {
  const value = row[name];
  if (typeof value !== 'number') throw new Error(`the column ${name} of the state database is not a number`);
  return value;
};

export const optionalNumberIn = (row: Row, name: string): number | undefined =>
  row[name] === null || row[name] === undefined ? undefined : numberIn(row, name);
