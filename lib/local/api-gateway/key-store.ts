import type { State } from '../contracts.ts';
import { numberIn, optionalTextIn, textIn, type Row } from '../sqlite-row.ts';

/** An API key. Times are milliseconds since 1970. */
export interface ApiKey {
  readonly id: string;
  readonly value: string;
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly enabled: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
}

const schema = `
  CREATE TABLE IF NOT EXISTS apigateway_keys (
    id TEXT PRIMARY KEY, value TEXT NOT NULL UNIQUE, name TEXT, description TEXT, enabled INTEGER NOT NULL,
    created REAL NOT NULL, updated REAL NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS apigateway_keys_by_name ON apigateway_keys (name);
  CREATE TABLE IF NOT EXISTS apigateway_plan_keys (
    plan TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (key, plan)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS apigateway_plan_keys_by_plan ON apigateway_plan_keys (plan, key);
  CREATE TABLE IF NOT EXISTS apigateway_usage (
    plan TEXT NOT NULL, key TEXT NOT NULL, period TEXT NOT NULL, used INTEGER NOT NULL,
    PRIMARY KEY (plan, key, period)) WITHOUT ROWID;
`;

const keyIn = (row: Row): ApiKey => ({
  id: textIn(row, 'id'),
  value: textIn(row, 'value'),
  name: optionalTextIn(row, 'name'),
  description: optionalTextIn(row, 'description'),
  enabled: numberIn(row, 'enabled') === 1,
  createdAt: numberIn(row, 'created'),
  updatedAt: numberIn(row, 'updated'),
});

/** API keys, the usage plans they are in, and what was used of their quotas: in the state database. */
export const createKeyStore = (state: State) => {
  const { database } = state;
  database.exec(schema);
  const statements = {
    insert: database.prepare('INSERT INTO apigateway_keys VALUES (?, ?, ?, ?, ?, ?, ?)'),
    enable: database.prepare('UPDATE apigateway_keys SET enabled = ?, updated = ? WHERE id = ?'),
    find: database.prepare('SELECT * FROM apigateway_keys WHERE id = ?'),
    byValue: database.prepare('SELECT * FROM apigateway_keys WHERE value = ?'),
    list: database.prepare(
      "SELECT * FROM apigateway_keys WHERE id > ? AND (? IS NULL OR name LIKE ? || '%') ORDER BY id LIMIT ?",
    ),
    remove: database.prepare('DELETE FROM apigateway_keys WHERE id = ?'),
    removeFromPlans: database.prepare('DELETE FROM apigateway_plan_keys WHERE key = ?'),
    removeUsage: database.prepare('DELETE FROM apigateway_usage WHERE key = ?'),
    join: database.prepare('INSERT INTO apigateway_plan_keys VALUES (?, ?)'),
    leave: database.prepare('DELETE FROM apigateway_plan_keys WHERE plan = ? AND key = ?'),
    plansOf: database.prepare('SELECT plan FROM apigateway_plan_keys WHERE key = ?'),
    keysOf: database.prepare(
      'SELECT k.* FROM apigateway_plan_keys p JOIN apigateway_keys k ON k.id = p.key WHERE p.plan = ? AND k.id > ? ORDER BY k.id LIMIT ?',
    ),
    used: database.prepare('SELECT used FROM apigateway_usage WHERE plan = ? AND key = ? AND period = ?'),
    putUsed: database.prepare('INSERT OR REPLACE INTO apigateway_usage VALUES (?, ?, ?, ?)'),
    dropOld: database.prepare('DELETE FROM apigateway_usage WHERE plan = ? AND key = ? AND period < ?'),
  };
  const one = (row: Row | undefined): ApiKey | undefined => (row === undefined ? undefined : keyIn(row));
  return {
    find: (id: string): ApiKey | undefined => one(statements.find.get(id)),
    byValue: (value: string): ApiKey | undefined => one(statements.byValue.get(value)),
    list: (after: string, name: string | undefined, limit: number): ApiKey[] =>
      statements.list.all(after, name ?? null, name ?? null, limit).map(keyIn),
    keysOf: (plan: string, after: string, limit: number): ApiKey[] =>
      statements.keysOf.all(plan, after, limit).map(keyIn),
    plansOf: (key: string): string[] => statements.plansOf.all(key).map((row) => textIn(row, 'plan')),
    used: (plan: string, key: string, period: string): number => {
      const row = statements.used.get(plan, key, period);
      return row === undefined ? 0 : numberIn(row, 'used');
    },
    /** The writing ones are to be called inside `commit`. */
    insert: (key: ApiKey): void => {
      const { id, value, name = null, description = null, enabled, createdAt, updatedAt } = key;
      statements.insert.run(id, value, name, description, enabled ? 1 : 0, createdAt, updatedAt);
    },
    enable: (id: string, enabled: boolean, now: number): void => void statements.enable.run(enabled ? 1 : 0, now, id),
    remove: (id: string): void => {
      statements.remove.run(id);
      statements.removeFromPlans.run(id);
      statements.removeUsage.run(id);
    },
    join: (plan: string, key: string): void => void statements.join.run(plan, key),
    leave: (plan: string, key: string): void => void statements.leave.run(plan, key),
    putUsed: (plan: string, key: string, period: string, used: number): void => {
      statements.putUsed.run(plan, key, period, used);
      statements.dropOld.run(plan, key, period);
    },
  };
};

export type KeyStore = ReturnType<typeof createKeyStore>;
