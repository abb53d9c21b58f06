import * as z from 'zod';
import { Country } from '../../lib/runtime/country.ts';
import { Currency } from '../../lib/runtime/money.ts';
import { TenantSettings } from '../../lib/runtime/tenant.ts';

const distinct = (values: readonly string[]): boolean => new Set(values).size === values.length;

/** A BCP 47 language tag in its canonical form. */
export const Locale = z
  .string()
  .max(35)
  .refine(
    (tag) => {
      try {
        return Intl.getCanonicalLocales(tag)[0] === tag;
      } catch {
        return false; // not well-formed
      }
    },
    { error: 'must be a BCP 47 language tag, like en or de-CH' },
  );

/** A time zone by its name in the IANA database. */
export const TimeZone = z
  .string()
  .max(64)
  .refine(
    (name) => {
      try {
        return (
          /^[A-Z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
        );
      } catch {
        return false; // unknown to the runtime
      }
    },
    { error: 'must be an IANA time zone, like Europe/Berlin' },
  );

/**
 * The settings as they are entered. The first currency and the first locale are the shop's defaults.
 * What is stored is read with the tolerant `TenantSettings`.
 */
export const SettingsInput = z.strictObject({
  country: Country,
  currencies: z.array(Currency).min(1).max(20).refine(distinct, { error: 'must not repeat a currency' }),
  locales: z.array(Locale).min(1).max(20).refine(distinct, { error: 'must not repeat a locale' }),
  timeZone: TimeZone,
  taxMode: TenantSettings.shape.taxMode,
  capture: TenantSettings.shape.capture,
  orderPrefix: z.string().regex(/^[A-Z0-9-]{0,10}$/, 'must be at most 10 of A to Z, 0 to 9 and -'),
});

/** What a new shop begins with where its operator says nothing. */
export const FIRST_SETTINGS = { taxMode: 'inclusive', capture: 'now', orderPrefix: '' } as const;
