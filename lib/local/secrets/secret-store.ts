import type { State } from '../contracts.ts';

export interface StoredSecret {
  readonly arn: string;
  readonly name: string;
  readonly description: string | null;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

export interface SecretVersion {
  readonly id: string;
  readonly value: string;
  readonly createdAt: number;
  readonly stages: readonly string[];
}

/** Secrets with their versions; a stage (AWSCURRENT, AWSPREVIOUS, ...) is on one version of a secret at most. */
export interface SecretStore {
  /** By ARN or name. */
  find(idOrName: string): StoredSecret | undefined;
  list(): readonly StoredSecret[];
  create(secret: StoredSecret): Promise<void>;
  versions(arn: string): readonly SecretVersion[];
  addVersion(arn: string, version: Omit<SecretVersion, 'stages'>, stages: readonly string[]): Promise<void>;
  moveStage(arn: string, stage: string, to: string | undefined): Promise<void>;
}

const TABLES = `
CREATE TABLE IF NOT EXISTS secrets (arn TEXT PRIMARY KEY, name TEXT UNIQUE NOT NULL, description TEXT, created_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS secret_versions (
  arn TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY (arn, id));
CREATE TABLE IF NOT EXISTS secret_stages (arn TEXT NOT NULL, stage TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (arn, stage))`;

const secretOf = (row: Record<string, unknown>): StoredSecret => ({
  arn: String(row['arn']),
  name: String(row['name']),
  description: typeof row['description'] === 'string' ? row['description'] : null,
  createdAt: Number(row['created_at']),
});

export const createSecretStore = (state: State): SecretStore => {
  const { database } = state;
  database.exec(TABLES);
  const byId = database.prepare('SELECT * FROM secrets WHERE arn = ? OR name = ?');
  const all = database.prepare('SELECT * FROM secrets ORDER BY name');
  const insert = database.prepare('INSERT INTO secrets VALUES (?, ?, ?, ?)');
  const versionsOf = database.prepare('SELECT * FROM secret_versions WHERE arn = ? ORDER BY created_at, rowid');
  const stagesOf = database.prepare('SELECT stage, id FROM secret_stages WHERE arn = ?');
  const insertVersion = database.prepare('INSERT INTO secret_versions VALUES (?, ?, ?, ?)');
  const stageAt = database.prepare('SELECT id FROM secret_stages WHERE arn = ? AND stage = ?');
  const setStage = database.prepare('INSERT OR REPLACE INTO secret_stages VALUES (?, ?, ?)');
  const dropStage = database.prepare('DELETE FROM secret_stages WHERE arn = ? AND stage = ?');

  /** AWS moves AWSPREVIOUS to the version that AWSCURRENT leaves. */
  const move = (arn: string, stage: string, to: string | undefined): void => {
    const left = stageAt.get(arn, stage)?.['id'];
    if (to === undefined) dropStage.run(arn, stage);
    else setStage.run(arn, stage, to);
    if (stage === 'AWSCURRENT' && typeof left === 'string' && left !== to) setStage.run(arn, 'AWSPREVIOUS', left);
  };

  return {
    find: (idOrName) => {
      const row = byId.get(idOrName, idOrName);
      return row === undefined ? undefined : secretOf(row);
    },
    list: () => all.all().map(secretOf),
    create: (secret) =>
      state.commit(() => void insert.run(secret.arn, secret.name, secret.description, secret.createdAt)),
    versions: (arn) => {
      const stages = stagesOf.all(arn);
      return versionsOf.all(arn).map((row) => ({
        id: String(row['id']),
        value: String(row['value']),
        createdAt: Number(row['created_at']),
        stages: stages.filter((stage) => stage['id'] === row['id']).map((stage) => String(stage['stage'])),
      }));
    },
    addVersion: (arn, version, stages) =>
      state.commit(() => {
        insertVersion.run(arn, version.id, version.value, version.createdAt);
        for (const stage of stages) move(arn, stage, version.id);
      }),
    moveStage: (arn, stage, to) => state.commit(() => move(arn, stage, to)),
  };
};
