import type { Clock } from '../clock.ts';
import type { Weather } from '../contracts.ts';
import type { MessageStore, StoredMessage } from './message-store.ts';

export interface QueueSettings {
  readonly name: string;
  readonly arn: string;
  readonly url: string;
  readonly visibilityTimeoutMs: number;
  readonly delayMs: number;
  readonly waitMs: number;
  readonly retentionMs: number;
  readonly maximumBytes: number;
  readonly deadLetter: { readonly arn: string; readonly maxReceiveCount: number } | undefined;
  readonly createdAt: number;
}

/** A message that somebody received and has not deleted. */
export interface ReceivedMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: string | undefined;
  readonly sentAt: number;
  readonly receiveCount: number;
  readonly firstReceivedAt: number;
  readonly sourceArn: string | undefined;
}

export interface Queue {
  readonly settings: QueueSettings;
  /** Shows messages that are on disk already. */
  show(messages: readonly StoredMessage[]): void;
  /** Takes up to `maximum` visible messages; they are hidden for `visibilityMs`. */
  take(maximum: number, visibilityMs?: number): readonly ReceivedMessage[];
  /** As `take`, but waits up to `waitMs` for a first message. */
  receive(maximum: number, waitMs: number, visibilityMs?: number): Promise<readonly ReceivedMessage[]>;
  /** Deletes by receipt handle; a handle of an earlier receive deletes nothing. @throws when it is no receipt handle */
  remove(receiptHandles: readonly string[]): Promise<void>;
  /** Hides a received message for `visibilityMs` from now; 0 shows it at once. False when it is not in flight. */
  changeVisibility(receiptHandle: string, visibilityMs: number): boolean;
  purge(): Promise<void>;
  /** Called whenever there is something to take; the answer unsubscribes. */
  onVisible(listener: () => void): () => void;
  counts(): { readonly visible: number; readonly inFlight: number; readonly delayed: number };
  stop(): void;
}

interface Entry {
  readonly message: StoredMessage;
  receives: number;
  firstReceivedAt: number;
  state: 'visible' | 'inFlight' | 'delayed';
  reappear: (() => void) | undefined;
}

interface Waiter {
  readonly maximum: number;
  readonly visibilityMs: number | undefined;
  readonly resolve: (messages: readonly ReceivedMessage[]) => void;
  readonly cancel: () => void;
}

/** In rough weather: how often a message that was deleted is delivered once more, and within what time. */
const DOUBLED_CHANCE = 0.02;
const DOUBLED_WITHIN_MS = 500;
/** In rough weather: how often a message is late, and by how much at most. */
const LATE_CHANCE = 0.1;
const LATE_BY_MS = 1_000;
/** In rough weather: messages this close together may change places. */
const REORDERED_AMONG = 10;

const handleOf = (entry: Entry): string => Buffer.from(`${entry.message.id}:${entry.receives}`).toString('base64url');

/** The message's number and the receive that a handle is of. */
export const readHandle = (handle: string): readonly [id: number, receive: number] | undefined => {
  const [, id, receive] = /^(\d+):(\d+)$/.exec(Buffer.from(handle, 'base64url').toString()) ?? [];
  return id === undefined || receive === undefined ? undefined : [Number(id), Number(receive)];
};

/**
 * One standard queue: what is visible, hidden or delayed is known in memory, what exists is known on disk.
 * @param bury gives a message that was received too often to the dead-letter queue
 */
export const createQueue = (options: {
  readonly settings: QueueSettings;
  readonly store: MessageStore;
  readonly clock: Clock;
  readonly weather: Weather;
  readonly bury: (message: StoredMessage) => void;
  readonly failed: (error: unknown) => void;
}): Queue => {
  const { settings, store, clock, weather } = options;
  const entries = new Map<number, Entry>();
  const counts = { visible: 0, inFlight: 0, delayed: 0 };
  let visible: Entry[] = [];
  let head = 0;
  const waiters: Waiter[] = [];
  const listeners = new Set<() => void>();

  const enter = (entry: Entry, state: Entry['state']): void => {
    counts[entry.state] -= 1;
    counts[state] += 1;
    entry.state = state;
  };

  const makeVisible = (entry: Entry): void => {
    enter(entry, 'visible');
    entry.reappear = undefined;
    visible.push(entry);
  };

  const notify = (): void => {
    while (waiters.length > 0 && head < visible.length) {
      const waiter = waiters[0];
      if (waiter === undefined) break;
      const taken = take(waiter.maximum, waiter.visibilityMs);
      if (taken.length === 0) break;
      waiters.shift();
      waiter.cancel();
      waiter.resolve(taken);
    }
    if (head < visible.length) for (const listener of listeners) listener();
  };

  const hide = (entry: Entry, milliseconds: number): void => {
    entry.reappear?.();
    entry.reappear = clock.after(milliseconds, () => {
      makeVisible(entry);
      notify();
    });
  };

  const forget = (entry: Entry): void => {
    entry.reappear?.();
    if (entries.delete(entry.message.id)) counts[entry.state] -= 1;
  };

  /** The next entry that is still there; deleted and hidden ones are only left out of the list here. */
  const next = (): Entry | undefined => {
    while (head < visible.length) {
      const at = weather.rough
        ? head + Math.floor(weather.delay(Math.min(REORDERED_AMONG, visible.length - head)))
        : head;
      const entry = visible[at];
      const first = visible[head];
      if (at !== head && first !== undefined) visible[at] = first;
      head += 1;
      if (head > 256 && head * 2 > visible.length) {
        visible = visible.slice(head);
        head = 0;
      }
      if (entry?.state === 'visible' && entries.has(entry.message.id)) return entry;
    }
    visible = [];
    head = 0;
    return undefined;
  };

  const take: Queue['take'] = (maximum, visibilityMs = settings.visibilityTimeoutMs) => {
    const now = clock.now();
    const taken: ReceivedMessage[] = [];
    while (taken.length < maximum) {
      const entry = next();
      if (entry === undefined) break;
      const { message } = entry;
      if (message.sentAt + settings.retentionMs <= now) {
        forget(entry);
        store.remove([message.id]).catch(options.failed);
        continue;
      }
      if (settings.deadLetter !== undefined && entry.receives >= settings.deadLetter.maxReceiveCount) {
        forget(entry);
        options.bury(message);
        continue;
      }
      entry.receives += 1;
      if (entry.receives === 1) entry.firstReceivedAt = now;
      else store.received(message.id, entry.receives).catch(options.failed);
      enter(entry, 'inFlight');
      hide(entry, visibilityMs);
      taken.push({
        messageId: message.messageId,
        receiptHandle: handleOf(entry),
        body: message.body,
        attributes: message.attributes,
        sentAt: message.sentAt,
        receiveCount: entry.receives,
        firstReceivedAt: entry.firstReceivedAt,
        sourceArn: message.sourceArn,
      });
    }
    return taken;
  };

  const entryOf = (receiptHandle: string): Entry | undefined => {
    const [id = -1, receive = -1] = readHandle(receiptHandle) ?? [];
    const entry = entries.get(id);
    return entry?.receives === receive ? entry : undefined;
  };

  return {
    settings,
    take,
    show(messages) {
      const now = clock.now();
      for (const message of messages) {
        const entry: Entry = {
          message,
          receives: message.receives,
          firstReceivedAt: now,
          state: 'delayed',
          reappear: undefined,
        };
        entries.set(message.id, entry);
        counts.delayed += 1;
        const late = weather.roll(LATE_CHANCE) ? weather.delay(LATE_BY_MS) : 0;
        const wait = message.visibleAt - now + late;
        if (wait > 0) hide(entry, wait);
        else makeVisible(entry);
      }
      notify();
    },
    receive(maximum, waitMs, visibilityMs) {
      const taken = take(maximum, visibilityMs);
      if (taken.length > 0 || waitMs <= 0) return Promise.resolve(taken);
      return new Promise((resolve) => {
        const cancel = clock.after(waitMs, () => {
          waiters.splice(waiters.indexOf(waiter), 1);
          resolve([]);
        });
        const waiter: Waiter = { maximum, visibilityMs, resolve, cancel };
        waiters.push(waiter);
      });
    },
    async remove(receiptHandles) {
      const deleted: number[] = [];
      for (const handle of receiptHandles) {
        const entry = entryOf(handle);
        if (entry === undefined) continue;
        if (weather.roll(DOUBLED_CHANCE)) hide(entry, weather.delay(DOUBLED_WITHIN_MS));
        else {
          forget(entry);
          deleted.push(entry.message.id);
        }
      }
      if (deleted.length > 0) await store.remove(deleted);
    },
    changeVisibility(receiptHandle, visibilityMs) {
      const entry = entryOf(receiptHandle);
      if (entry?.state !== 'inFlight') return false;
      if (visibilityMs > 0) hide(entry, visibilityMs);
      else {
        entry.reappear?.();
        makeVisible(entry);
        notify();
      }
      return true;
    },
    async purge() {
      const ids = [...entries.keys()];
      for (const entry of entries.values()) forget(entry);
      await store.remove(ids);
    },
    onVisible(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    counts: () => ({ ...counts }),
    stop() {
      for (const entry of entries.values()) entry.reappear?.();
      for (const waiter of waiters.splice(0)) {
        waiter.cancel();
        waiter.resolve([]);
      }
    },
  };
};
