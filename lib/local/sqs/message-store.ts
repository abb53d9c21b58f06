import type { State } from '../contracts.ts';

/** A message to be sent, with its attributes as JSON text of the API's `MessageAttributes`. */
export interface OutgoingMessage {
  readonly body: string;
  readonly attributes?: string | undefined;
  readonly delayMs?: number | undefined;
}

/** A message as it is kept. Times are milliseconds since 1970. */
export interface StoredMessage {
  /** Grows with every send; the order of a queue. */
  readonly id: number;
  readonly messageId: string;
  readonly body: string;
  /** JSON text of `MessageAttributes`, as the API has them. */
  readonly attributes: string | undefined;
  readonly sentAt: number;
  readonly visibleAt: number;
  readonly receives: number;
  /** The queue that a dead letter comes from. */
  readonly sourceArn: string | undefined;
}

export interface MessageStore {
  /** The messages of a queue that earlier runs left, oldest first. */
  load(queueArn: string): readonly StoredMessage[];
  nextId(): number;
  insert(queueArn: string, messages: readonly StoredMessage[]): Promise<void>;
  remove(ids: readonly number[]): Promise<void>;
  /** A message's receives, once there is more than one. */
  received(id: number, receives: number): Promise<void>;
  move(id: number, queueArn: string, message: StoredMessage): Promise<void>;
}

const optionalText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The queues' table in the local cloud's state. What is in flight when the process ends is visible again at the next start. */
export const createMessageStore = (state: State): MessageStore => {
  state.database.exec(
    `CREATE TABLE IF NOT EXISTS sqs_messages (
       id INTEGER PRIMARY KEY, queue TEXT NOT NULL, message TEXT NOT NULL, body TEXT NOT NULL, attributes TEXT,
       sent INTEGER NOT NULL, visible INTEGER NOT NULL, receives INTEGER NOT NULL, source TEXT)`,
  );
  const insertRow = state.database.prepare('INSERT INTO sqs_messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const deleteRow = state.database.prepare('DELETE FROM sqs_messages WHERE id = ?');
  const countRow = state.database.prepare('UPDATE sqs_messages SET receives = ? WHERE id = ?');
  const left = new Map<string, StoredMessage[]>();
  let lastId = 0;
  for (const row of state.database.prepare('SELECT * FROM sqs_messages ORDER BY id').all()) {
    const queue = String(row['queue']);
    const messages = left.get(queue) ?? [];
    left.set(queue, messages);
    lastId = Number(row['id']);
    messages.push({
      id: lastId,
      messageId: String(row['message']),
      body: String(row['body']),
      attributes: optionalText(row['attributes']),
      sentAt: Number(row['sent']),
      visibleAt: Number(row['visible']),
      receives: Number(row['receives']),
      sourceArn: optionalText(row['source']),
    });
  }

  const insertOne = (queueArn: string, message: StoredMessage): void => {
    const { id, messageId, body, attributes = null, sentAt, visibleAt, receives, sourceArn = null } = message;
    insertRow.run(id, queueArn, messageId, body, attributes, sentAt, visibleAt, receives, sourceArn);
  };

  return {
    load(queueArn) {
      const messages = left.get(queueArn) ?? [];
      left.delete(queueArn);
      return messages;
    },
    nextId: () => (lastId += 1),
    insert: (queueArn, messages) =>
      state.commit(() => {
        for (const message of messages) insertOne(queueArn, message);
      }),
    remove: (ids) =>
      state.commit(() => {
        for (const id of ids) deleteRow.run(id);
      }),
    received: (id, receives) => state.commit(() => void countRow.run(receives, id)),
    move: (id, queueArn, message) =>
      state.commit(() => {
        deleteRow.run(id);
        insertOne(queueArn, message);
      }),
  };
};
