import type { State } from '../contracts.ts';

export interface StoredParameter {
  readonly name: string;
  readonly type: string;
  readonly value: string;
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
}

export interface ParameterStore {
  get(name: string): StoredParameter | undefined;
  /** Parameters whose name begins with `prefix`, in order; only direct children unless `deep`. */
  under(prefix: string, deep: boolean): readonly StoredParameter[];
  put(parameter: StoredParameter): Promise<void>;
  /** What a deployment does: a value that its template has not changed stays as it is, even if somebody else changed it. */
  fromTemplate(parameter: {
    readonly name: string;
    readonly type: string;
    readonly value: string;
    readonly now: number;
  }): Promise<void>;
}

const TABLE = `CREATE TABLE IF NOT EXISTS parameters (
  name TEXT PRIMARY KEY, type TEXT NOT NULL, value TEXT NOT NULL, version INTEGER NOT NULL,
  modified_at INTEGER NOT NULL, template_value TEXT)`;

const parameterOf = (row: Record<string, unknown>): StoredParameter => ({
  name: String(row['name']),
  type: String(row['type']),
  value: String(row['value']),
  version: Number(row['version']),
  modifiedAt: Number(row['modified_at']),
});

export const createParameterStore = (state: State): ParameterStore => {
  const { database } = state;
  database.exec(TABLE);
  const select = database.prepare('SELECT * FROM parameters WHERE name = ?');
  const selectUnder = database.prepare('SELECT * FROM parameters WHERE substr(name, 1, ?) = ? ORDER BY name');
  const upsert = database.prepare(
    `INSERT INTO parameters (name, type, value, version, modified_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET type = excluded.type, value = excluded.value, version = excluded.version, modified_at = excluded.modified_at`,
  );
  const remember = database.prepare('UPDATE parameters SET template_value = ? WHERE name = ?');
  const write = (parameter: StoredParameter): void => {
    upsert.run(parameter.name, parameter.type, parameter.value, parameter.version, parameter.modifiedAt);
  };
  const get = (name: string): StoredParameter | undefined => {
    const row = select.get(name);
    return row === undefined ? undefined : parameterOf(row);
  };
  return {
    get,
    under: (prefix, deep) =>
      selectUnder
        .all(prefix.length, prefix)
        .map(parameterOf)
        .filter((parameter) => deep || !parameter.name.slice(prefix.length).includes('/')),
    put: (parameter) => state.commit(() => write(parameter)),
    fromTemplate: ({ name, type, value, now }) =>
      state.commit(() => {
        const row = select.get(name);
        if (row?.['template_value'] === value) return;
        write({ name, type, value, version: Number(row?.['version'] ?? 0) + 1, modifiedAt: now });
        remember.run(value, name);
      }),
  };
};
