import * as z from 'zod';

/** Codes that ICU names although they are no countries: unions, unknown, private use. */
const NOT_COUNTRIES = new Set(['EU', 'EZ', 'UN', 'QO', 'XA', 'XB', 'ZZ']);

let names: Intl.DisplayNames | undefined;

/** An ISO 3166-1 alpha-2 code of a country. The list is the runtime's own (ICU). */
export const Country = z.string().refine(
  (code) => {
    if (!/^[A-Z]{2}$/.test(code) || NOT_COUNTRIES.has(code)) return false;
    names ??= new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
    return names.of(code) !== undefined;
  },
  { error: 'must be an ISO 3166 country code, like DE' },
);
