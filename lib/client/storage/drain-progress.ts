import * as z from 'zod';
import { bytesText, durationText, percentText } from './figures.ts';

const Amount = z.object({ objects: z.number(), bytes: z.number() });

/** How far a drain is. */
export const DrainProgress = z.looseObject({
  id: z.string(),
  state: z.enum(['running', 'blocked', 'cancelled', 'drained']),
  moved: Amount,
  left: Amount,
  garbage: Amount,
  failed: z.number(),
  bytesPerSecond: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  detail: z.string().nullable(),
});
export type DrainProgress = z.output<typeof DrainProgress>;

const WIDTH = 24;

/** The bar of what is moved: `[######------] 50 %  1.0 GiB of 2.0 GiB  120 of 240 objects  34 MiB/s  30 s left`. */
export const progressLine = (drain: DrainProgress): string => {
  const { moved, left, garbage, failed, bytesPerSecond, secondsLeft, state } = drain;
  const bytes = moved.bytes + left.bytes;
  const part = state === 'drained' ? 1 : bytes === 0 ? Number(left.objects === 0) : moved.bytes / bytes;
  const filled = Math.floor(part * WIDTH);
  return [
    `[${'#'.repeat(filled)}${'-'.repeat(WIDTH - filled)}] ${percentText(part, 1)}`,
    `${bytesText(moved.bytes)} of ${bytesText(bytes)}`,
    `${moved.objects} of ${moved.objects + left.objects} objects`,
    ...(bytesPerSecond === null ? [] : [`${bytesText(bytesPerSecond)}/s`]),
    ...(secondsLeft === null ? [] : [`${durationText(secondsLeft)} left`]),
    ...(state === 'running' && left.objects === 0 && garbage.objects > 0
      ? [`${garbage.objects} objects wait until no URL leads to them`]
      : []),
    ...(failed === 0 ? [] : [`${failed} failed`]),
  ].join('  ');
};

/** What it came to, and what is done next. */
export const drainEnd = (name: string, { state, detail }: DrainProgress): string => {
  const why = detail === null ? '' : ` ${detail}`;
  switch (state) {
    case 'drained':
      return `${name} is empty. Retire it, or activate it again.`;
    case 'cancelled':
      return `The drain of ${name} was cancelled: it is active again.${why}`;
    case 'blocked':
      return `The drain of ${name} is stuck; what is left can be read where it is.${why} See "moves ${name}", then drain again.`;
    case 'running':
      return `The drain of ${name} goes on.${why}`;
  }
};
