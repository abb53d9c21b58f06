import * as z from 'zod';
import { until } from '../../lib/client/until.ts';
import { type Afterwards, EventFile, type FunctionEvent } from './event-file.ts';
import { lookupIn } from './fixtures.ts';
import { differences, type Outcome, violations } from './outcome.ts';
import { resolvePlaceholders } from './placeholders.ts';
import { newScene, type Scene, type World } from './scene.ts';

/** An event whose fixtures exist. */
export interface Prepared {
  readonly event: FunctionEvent;
  readonly scene: Scene;
  /** The event's JSON text, as the function gets it. */
  readonly payload: string;
}

/** Makes what an event needs, and puts it in. */
export const prepare = async (world: World, event: FunctionEvent): Promise<Prepared> => {
  const scene = newScene(world);
  const resolved = EventFile.parse(
    await resolvePlaceholders({ says: event.says, event: event.event, expect: event.expect }, lookupIn(scene)),
  );
  return { event: { ...event, ...resolved }, scene, payload: JSON.stringify(resolved.event) };
};

const Credential = z.looseObject({ credential: z.string() });

/** Events reach other domains in moments. */
const AFTERWARDS_MS = 10_000;

const look = async (scene: Scene, wanted: Afterwards): Promise<string[]> => {
  const { credential } =
    wanted.as === undefined ? { credential: undefined } : Credential.parse(await lookupIn(scene)(wanted.as));
  const ask = async (): Promise<string[]> => {
    const answer = await scene.api.send(wanted.method, wanted.path, {
      credential,
      ...(wanted.headers === undefined ? {} : { headers: wanted.headers }),
      ...(wanted.send === undefined ? {} : { body: wanted.send }),
    });
    const what = `afterwards ${wanted.method} ${wanted.path}`;
    return [
      ...differences(wanted.status, answer.status, `${what}: status`),
      ...(wanted.body === undefined ? [] : differences(wanted.body, answer.body, `${what}: body`)),
    ];
  };
  let last: string[] = [];
  try {
    await until(
      'what is expected afterwards',
      async () => {
        last = await ask();
        return last.length === 0 ? true : undefined;
      },
      { timeoutMs: AFTERWARDS_MS },
    );
    return [];
  } catch (error) {
    if (last.length > 0) return last;
    throw error;
  }
};

/** What an invocation did otherwise than its file expects, with a look from outside where the file asks for one. */
export const judge = async ({ event, scene }: Prepared, outcome: Outcome): Promise<string[]> => {
  const found = violations(event.expect, outcome);
  if (found.length > 0) return found;
  const later: string[] = [];
  for (const wanted of event.expect.afterwards ?? []) later.push(...(await look(scene, wanted)));
  return later;
};
