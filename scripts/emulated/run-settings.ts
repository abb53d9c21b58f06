import * as z from 'zod';

/** The stage that is deployed to the emulator. */
export const STAGE = 'dev';

/** What a synthesis for the emulator wants besides the app: the context of `scripts/emulated/app.ts`. */
export const RunSettings = z.object({
  /** Where the emulator is. */
  endpoint: z.url({ protocol: /^http$/ }),
  /** The domains, in the order in which they are deployed. */
  order: z.array(z.string()).min(1),
  /** A domain that the app does not have yet. */
  without: z.string().optional(),
  /** Deploys with the caller's own credentials: where IAM is evaluated, the emulator lets nobody assume the bootstrap's roles. */
  ownCredentials: z.boolean(),
});
export type RunSettings = z.output<typeof RunSettings>;

/** The name in the context under which all of it is passed, as JSON. */
export const RUN_CONTEXT = 'cartwright:emulated';

/** A file beside the templates: how many resources each adaptation has changed, by its place in the list. */
export const ADAPTED = 'adapted.json';
export const Adapted = z.array(z.number());
