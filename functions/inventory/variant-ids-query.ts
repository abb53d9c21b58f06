import * as z from 'zod';
import { OpaqueId } from '../../lib/runtime/ids.ts';

const MAX_VARIANTS = 100;

/** `?variantIds=var_...,var_...`: 1 to 100 ids, separated by commas. */
export const VariantIds = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(OpaqueId).min(1).max(MAX_VARIANTS));
