import * as z from 'zod';

/** Where a list goes on: the sort key of the last item that was given out. */
export const Position = z.object({ after: z.string() });
export type Position = z.output<typeof Position>;

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Absent at the end. */
  readonly next: Position | undefined;
}
