import { randomBytes } from 'node:crypto';
import type { ApiClient } from '../../lib/client/http.ts';
import type { Outcome } from './outcome.ts';

/** A running local cloud, as the events need it. */
export interface World {
  readonly api: ApiClient;
  readonly operatorKey: string;
  /** The AWS endpoint. */
  readonly awsUrl: string;
  /** Runs a function (`<domain>/<name>`) of the local cloud, as the one who deployed may. */
  invoke(entry: string, payload: string): Promise<Outcome>;
  /** Fixtures that all events share, by the fixture. */
  readonly shared: Map<unknown, Promise<unknown>>;
}

/**
 * Something that must exist before an event makes sense, made through the public API and typed calls. Unless `shared`, each
 * event gets one of its own, so that no event depends on another.
 */
export interface Fixture<Value> {
  readonly shared: boolean;
  readonly make: (scene: Scene) => Promise<Value>;
}

/** The fixtures of one event: each is made once, when it is first asked for. */
export interface Scene extends World {
  use<Value>(fixture: Fixture<Value>): Promise<Value>;
}

export const fixture = <Value>(make: (scene: Scene) => Promise<Value>): Fixture<Value> => ({ shared: false, make });
export const sharedFixture = <Value>(make: (scene: Scene) => Promise<Value>): Fixture<Value> => ({
  shared: true,
  make,
});

export const newScene = (world: World): Scene => {
  const own = new Map<unknown, Promise<unknown>>();
  const scene: Scene = {
    ...world,
    use: <Value>(wanted: Fixture<Value>): Promise<Value> => {
      const place = wanted.shared ? world.shared : own;
      const known = place.get(wanted);
      // What is kept under a fixture was made by it.
      if (known !== undefined) return known as Promise<Value>;
      const made = wanted.make(scene);
      place.set(wanted, made);
      return made;
    },
  };
  return scene;
};

/** A word that no other run on the same cloud has. */
export const unique = (word: string): string => `${word}-${randomBytes(5).toString('hex')}`;
