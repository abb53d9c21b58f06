import * as z from 'zod';
import { Stage } from './stage.ts';

const Numbers = z.record(z.string(), z.number());

/** What was counted for `times` repetitions of one thing, with everything that follows from it. */
const Counted = z.object({
  times: z.number().int().min(1),
  /** As the meter names them. */
  counts: Numbers,
  /** Of bodies that went to the clients. */
  bytesOut: z.number(),
});
export type Counted = z.output<typeof Counted>;

/** A measurement: all that the bill and the limits are computed from. */
export const Measured = z.object({
  /** The day, UTC. */
  at: z.iso.date(),
  stage: Stage,
  scenarios: z.record(z.string(), Counted),
  /** Processor milliseconds to load a function's bundle. */
  initMs: Numbers,
  /** Bytes that an order adds to the tables and their indexes, with what DynamoDB adds to each item. */
  storedPerOrder: z.number(),
});
export type Measured = z.output<typeof Measured>;

/** @throws Error when it was not counted */
export const countedOf = (measured: Measured, scenario: string): Counted => {
  const counted = measured.scenarios[scenario];
  if (counted === undefined)
    throw new Error(`The scenario "${scenario}" was not counted: measure again (npm run cost)`);
  return counted;
};
