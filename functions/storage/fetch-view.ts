import type * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { FetchJob } from './fetch-job.ts';
import { fileId } from './ids.ts';

/** An upload by URL, as its shop sees it. */
export const FetchView = FetchJob.pick({ id: true, state: true, url: true, path: true, visibility: true }).extend({
  /** Of what has failed: why, and whether another try could help. */
  failure: FetchJob.shape.failure,
  /** What it has become. */
  fileId: fileId.schema.nullable(),
  createdAt: Instant,
});

/** After so long, a fetch that has not ended will not end any more: its tries are used up. */
const GIVEN_UP_MS = 3600_000;

export const fetchView = (
  job: FetchJob,
  became: z.output<typeof fileId.schema> | null,
  now: Date,
): z.output<typeof FetchView> => {
  const { id, url, path, visibility, createdAt } = job;
  const isGivenUp = job.state === 'fetching' && now.getTime() - Date.parse(createdAt) > GIVEN_UP_MS;
  const given = {
    state: 'failed',
    failure: {
      code: 'fetch_given_up',
      detail: 'The file could not be fetched, however often it was tried. Try again.',
    },
  } as const;
  const told = { state: job.state, failure: job.failure };
  return { id, url, path, visibility, createdAt, fileId: became, ...(isGivenUp ? given : told) };
};
