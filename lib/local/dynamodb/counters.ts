import type { Meter } from '../contracts.ts';

/** The operations that functions and the AWS CLI use; any other one answers NotImplemented. */
export const OPERATIONS = [
  'GetItem',
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'Query',
  'Scan',
  'BatchGetItem',
  'BatchWriteItem',
  'TransactGetItems',
  'TransactWriteItems',
  'DescribeTable',
  'ListTables',
] as const;

export type Operation = (typeof OPERATIONS)[number];

const READ_UNITS = OPERATIONS.length;
const WRITE_UNITS = READ_UNITS + 1;
/** Changes with every write to any table; sleepers wait on it. */
const ANY_WRITE = WRITE_UNITS + 1;
const FIRST_TABLE = ANY_WRITE + 1;
/** Tables that can be told apart. */
export const TABLE_SLOTS = 256;
const FIRST_TABLE_READS = FIRST_TABLE + TABLE_SLOTS;
const FIRST_TABLE_WRITES = FIRST_TABLE_READS + TABLE_SLOTS;
const CELLS = FIRST_TABLE_WRITES + TABLE_SLOTS;

/**
 * Counts and wake-ups shared by all threads: a function's DynamoDB call costs the main thread nothing, and a write to a
 * table is noticed by whoever waits for it, whichever thread made it.
 */
export type CounterMemory = SharedArrayBuffer;

export const allocateCounters = (): CounterMemory => new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT);

export interface Counters {
  called(operation: Operation): void;
  /** Units come in halves, and are kept as such; `slot` is the table's. */
  consumed(kind: 'read' | 'write', units: number, slot: number | undefined): void;
  wrote(slot: number): void;
}

export const countersIn = (memory: CounterMemory): Counters => {
  const cells = new Int32Array(memory);
  return {
    called: (operation) => void Atomics.add(cells, OPERATIONS.indexOf(operation), 1),
    consumed(kind, units, slot) {
      const halves = Math.round(units * 2);
      Atomics.add(cells, kind === 'read' ? READ_UNITS : WRITE_UNITS, halves);
      if (slot !== undefined)
        Atomics.add(cells, (kind === 'read' ? FIRST_TABLE_READS : FIRST_TABLE_WRITES) + slot, halves);
    },
    wrote(slot) {
      Atomics.add(cells, FIRST_TABLE + slot, 1);
      Atomics.add(cells, ANY_WRITE, 1);
      Atomics.notify(cells, ANY_WRITE);
    },
  };
};

/**
 * Moves what all threads have counted since the last time into the meter.
 * @param tables the names of the tables with their slots
 */
export const createFold = (
  memory: CounterMemory,
  meter: Meter,
  tables: () => Iterable<{ readonly name: string; readonly slot: number }>,
): (() => void) => {
  const cells = new Int32Array(memory);
  return () => {
    for (const [index, operation] of OPERATIONS.entries()) {
      const calls = Atomics.exchange(cells, index, 0);
      if (calls !== 0) meter.count(`dynamodb.${operation}`, calls);
    }
    const reads = Atomics.exchange(cells, READ_UNITS, 0);
    if (reads !== 0) meter.count('dynamodb.readUnits', reads / 2);
    const writes = Atomics.exchange(cells, WRITE_UNITS, 0);
    if (writes !== 0) meter.count('dynamodb.writeUnits', writes / 2);
    for (const { name, slot } of tables()) {
      const tableReads = Atomics.exchange(cells, FIRST_TABLE_READS + slot, 0);
      if (tableReads !== 0) meter.count(`table.readUnits.${name}`, tableReads / 2);
      const tableWrites = Atomics.exchange(cells, FIRST_TABLE_WRITES + slot, 0);
      if (tableWrites !== 0) meter.count(`table.writeUnits.${name}`, tableWrites / 2);
    }
  };
};

/** A number that changes with every write to any table. */
export const writesIn = (memory: CounterMemory): (() => number) => {
  const cells = new Int32Array(memory);
  return () => Atomics.load(cells, ANY_WRITE);
};

/** A burst of writes wakes its readers once in this time. */
const COALESCE_MS = 10;

/** Calls `notify` with the slots of tables that were written to, soon after the writes. The answer stops it. */
export const watchWrites = (memory: CounterMemory, notify: (slots: readonly number[]) => void): (() => void) => {
  const cells = new Int32Array(memory);
  const seen = cells.slice(FIRST_TABLE, FIRST_TABLE + TABLE_SLOTS);
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const wait = async (): Promise<void> => {
    while (!stopped) {
      const mark = Atomics.load(cells, ANY_WRITE);
      const slots: number[] = [];
      for (let slot = 0; slot < TABLE_SLOTS; slot += 1) {
        const writes = Atomics.load(cells, FIRST_TABLE + slot);
        if (writes === seen[slot]) continue;
        seen[slot] = writes;
        slots.push(slot);
      }
      if (slots.length > 0) {
        notify(slots);
        await new Promise<void>((resolve) => {
          timer = setTimeout(resolve, COALESCE_MS);
        });
      }
      const next = Atomics.waitAsync(cells, ANY_WRITE, mark);
      if (next.async) await next.value;
    }
  };
  void wait();
  return () => {
    stopped = true;
    clearTimeout(timer);
    Atomics.notify(cells, ANY_WRITE);
  };
};
