import type { State } from '../contracts.ts';
import { parseJson, isArray } from '../json.ts';
import { numberIn, optionalNumberIn, textIn, type Row } from '../sqlite-row.ts';
import { executionIn, type ExecutionRow, type ExecutionStatus } from './execution-row.ts';
import type { Frame, Journal, JournalledFrame } from './run.ts';

/** An event of a history as it is kept; `details` is JSON text. */
export interface HistoryRow {
  readonly id: number;
  readonly at: number;
  readonly previous: number;
  readonly type: string;
  readonly details: string;
}

/** How an execution ended. */
export interface Ending {
  readonly status: Exclude<ExecutionStatus, 'RUNNING'>;
  readonly output?: string | undefined;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

const schema = `
  CREATE TABLE IF NOT EXISTS states_definitions (hash TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS states_executions (
    arn TEXT PRIMARY KEY, machine TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL, definition TEXT NOT NULL,
    input TEXT, output TEXT, error TEXT, cause TEXT, started REAL NOT NULL, stopped REAL, trace TEXT) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS states_executions_by_machine ON states_executions (machine, started);
  CREATE INDEX IF NOT EXISTS states_executions_running ON states_executions (started) WHERE status = 'RUNNING';
  CREATE TABLE IF NOT EXISTS states_frames (
    execution TEXT NOT NULL, frame TEXT NOT NULL, done INTEGER NOT NULL, state TEXT NOT NULL, value TEXT NOT NULL,
    entered REAL NOT NULL, attempts TEXT NOT NULL, due REAL, PRIMARY KEY (execution, frame)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS states_events (
    execution TEXT NOT NULL, id INTEGER NOT NULL, at REAL NOT NULL, previous INTEGER NOT NULL, type TEXT NOT NULL,
    details TEXT NOT NULL, PRIMARY KEY (execution, id)) WITHOUT ROWID;
`;

/** Finished executions of a machine whose history is kept; of older ones the name alone remains. */
const keptHistories = 1000;

/** How long AWS refuses the name of a finished execution. */
const nameLifetimeMs = 90 * 24 * 3600 * 1000;

const numbersIn = (text: string): number[] => {
  const value = parseJson(text);
  return isArray(value) ? value.map(Number) : [];
};

const historyIn = (row: Row): HistoryRow => ({
  id: numberIn(row, 'id'),
  at: numberIn(row, 'at'),
  previous: numberIn(row, 'previous'),
  type: textIn(row, 'type'),
  details: textIn(row, 'details'),
});

const frameIn = (row: Row): JournalledFrame => ({
  done: numberIn(row, 'done') === 1,
  state: textIn(row, 'state'),
  value: parseJson(textIn(row, 'value')),
  enteredAt: numberIn(row, 'entered'),
  attempts: numbersIn(textIn(row, 'attempts')),
  due: optionalNumberIn(row, 'due'),
});

/** Standard executions on disk: their rows, histories and the journal that they resume from. */
export const createExecutionStore = (state: State, now: () => number) => {
  const { database } = state;
  database.exec(schema);
  const statements = {
    define: database.prepare('INSERT INTO states_definitions VALUES (?, ?) ON CONFLICT DO NOTHING'),
    definition: database.prepare('SELECT text FROM states_definitions WHERE hash = ?'),
    insert: database.prepare(
      "INSERT INTO states_executions (arn, machine, name, status, definition, input, started, trace) VALUES (?, ?, ?, 'RUNNING', ?, ?, ?, ?)",
    ),
    find: database.prepare('SELECT * FROM states_executions WHERE arn = ?'),
    end: database.prepare(
      "UPDATE states_executions SET status = ?, output = ?, error = ?, cause = ?, stopped = ? WHERE arn = ? AND status = 'RUNNING'",
    ),
    running: database.prepare("SELECT * FROM states_executions WHERE status = 'RUNNING' ORDER BY started"),
    list: database.prepare(
      'SELECT * FROM states_executions WHERE machine = ? AND (? IS NULL OR status = ?) ORDER BY started DESC LIMIT ? OFFSET ?',
    ),
    putFrame: database.prepare('INSERT OR REPLACE INTO states_frames VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
    dropChildren: database.prepare('DELETE FROM states_frames WHERE execution = ? AND frame >= ? AND frame < ?'),
    frames: database.prepare('SELECT * FROM states_frames WHERE execution = ?'),
    dropFrames: database.prepare('DELETE FROM states_frames WHERE execution = ?'),
    putEvent: database.prepare('INSERT OR REPLACE INTO states_events VALUES (?, ?, ?, ?, ?, ?)'),
    lastEvent: database.prepare('SELECT max(id) AS id FROM states_events WHERE execution = ?'),
    events: database.prepare('SELECT * FROM states_events WHERE execution = ? ORDER BY id LIMIT ? OFFSET ?'),
    eventsBackwards: database.prepare(
      'SELECT * FROM states_events WHERE execution = ? ORDER BY id DESC LIMIT ? OFFSET ?',
    ),
    pruned: database.prepare(
      "SELECT arn FROM states_executions WHERE machine = ? AND status <> 'RUNNING' AND input IS NOT NULL ORDER BY started DESC LIMIT -1 OFFSET ?",
    ),
    prune: database.prepare('UPDATE states_executions SET input = NULL, output = NULL WHERE arn = ?'),
    pruneEvents: database.prepare('DELETE FROM states_events WHERE execution = ?'),
    forget: database.prepare("DELETE FROM states_executions WHERE machine = ? AND status <> 'RUNNING' AND stopped < ?"),
    unused: database.prepare(
      'DELETE FROM states_definitions WHERE hash NOT IN (SELECT definition FROM states_executions)',
    ),
  };
  let ended = 0;

  const prune = (machine: string): void => {
    for (const row of statements.pruned.all(machine, keptHistories)) {
      statements.prune.run(textIn(row, 'arn'));
      statements.pruneEvents.run(textIn(row, 'arn'));
    }
    statements.forget.run(machine, now() - nameLifetimeMs);
    statements.unused.run();
  };

  const find = (arn: string): ExecutionRow | undefined => {
    const row = statements.find.get(arn);
    return row === undefined ? undefined : executionIn(row);
  };

  /** The journal of one execution: new, or as an earlier process left it. */
  const openJournal = (arn: string) => {
    const left = new Map(statements.frames.all(arn).map((row) => [textIn(row, 'frame'), frameIn(row)]));
    let nextEvent = (optionalNumberIn(statements.lastEvent.get(arn) ?? {}, 'id') ?? 0) + 1;
    let pending: HistoryRow[] = [];
    const writeEvents = (): void => {
      for (const event of pending) {
        statements.putEvent.run(arn, event.id, event.at, event.previous, event.type, event.details);
      }
      pending = [];
    };
    const put = (frame: Frame, done: boolean, value: unknown): Promise<void> => {
      // Ids of descendants begin with `<id>/`, and `0` follows `/`; those of the root are all that begin with a digit.
      const [from, to] = frame.id === '' ? ['0', ':'] : [`${frame.id}/`, `${frame.id}0`];
      for (const id of left.keys()) if (id >= from && id < to) left.delete(id);
      return state.commit(() => {
        writeEvents();
        statements.dropChildren.run(arn, from, to);
        statements.putFrame.run(
          arn,
          frame.id,
          done ? 1 : 0,
          frame.state,
          JSON.stringify(value),
          frame.enteredAt,
          JSON.stringify(frame.attempts),
          frame.due ?? null,
        );
      });
    };
    const journal: Journal = {
      entered: (frame) => put(frame, false, frame.input),
      finished: (frame, output) => put(frame, true, output),
      restored: (frameId) => {
        const frame = left.get(frameId);
        left.delete(frameId);
        return frame;
      },
      event: (previous, type, details) => {
        const id = nextEvent++;
        pending.push({ id, at: now(), previous, type, details: JSON.stringify(details) });
        return id;
      },
    };
    return { journal, writeEvents, lastEvent: () => nextEvent - 1 };
  };

  return {
    find,
    openJournal,
    /** The text of a definition that some execution runs. */
    definition: (hash: string): string | undefined => {
      const row = statements.definition.get(hash);
      return row === undefined ? undefined : textIn(row, 'text');
    },
    /** To be called inside `commit`. */
    insert: (
      row: Omit<ExecutionRow, 'status' | 'output' | 'error' | 'cause' | 'stopped'>,
      definition: string,
    ): void => {
      statements.define.run(row.definition, definition);
      statements.insert.run(
        row.arn,
        row.machine,
        row.name,
        row.definition,
        row.input ?? '',
        row.started,
        row.trace ?? null,
      );
    },
    /** To be called inside `commit`. */
    end: (row: ExecutionRow, ending: Ending): void => {
      const { status, output = null, error = null, cause = null } = ending;
      statements.end.run(status, output, error, cause, now(), row.arn);
      statements.dropFrames.run(row.arn);
      if (++ended % 100 === 0) prune(row.machine);
    },
    running: (): ExecutionRow[] => statements.running.all().map(executionIn),
    list: (machine: string, status: string | undefined, limit: number, offset: number): ExecutionRow[] =>
      statements.list.all(machine, status ?? null, status ?? null, limit, offset).map(executionIn),
    history: (arn: string, backwards: boolean, limit: number, offset: number): HistoryRow[] =>
      (backwards ? statements.eventsBackwards : statements.events).all(arn, limit, offset).map(historyIn),
  };
};

export type ExecutionStore = ReturnType<typeof createExecutionStore>;
