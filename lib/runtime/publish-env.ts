import * as z from 'zod';

/** The environment of a function that publishes a table's changes: bound by the construct `EventPublisher`. */
export const PublishEnv = z.object({ BUS_NAME: z.string() });
