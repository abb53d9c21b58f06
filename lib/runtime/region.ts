import * as z from 'zod';

/** An ISO 3166-2 subdivision without its country: `CA` of `US-CA`. */
export const Region = z
  .string()
  .regex(/^[A-Z0-9]{1,3}$/, 'must be an ISO 3166-2 subdivision without its country, like CA');
