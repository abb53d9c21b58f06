import { randomInt } from 'node:crypto';
import * as z from 'zod';
import { isObject, parseJson } from '../json.ts';

/** `GenerateSecretString` of a template, with AWS's defaults. */
export const GenerateSecretString = z.strictObject({
  SecretStringTemplate: z.string().optional(),
  GenerateStringKey: z.string().optional(),
  PasswordLength: z.number().int().min(1).max(4096).default(32),
  ExcludeCharacters: z.string().default(''),
  ExcludeLowercase: z.boolean().default(false),
  ExcludeUppercase: z.boolean().default(false),
  ExcludeNumbers: z.boolean().default(false),
  ExcludePunctuation: z.boolean().default(false),
  IncludeSpace: z.boolean().default(false),
  RequireEachIncludedType: z.boolean().default(true),
});

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

const pick = (characters: string): string => characters.charAt(randomInt(characters.length));

/** A new random secret: a password, or a JSON object with the password under its key. */
export const generateSecret = (options: z.output<typeof GenerateSecretString>): string => {
  const excluded = new Set(options.ExcludeCharacters);
  const allowed = (characters: string): string =>
    [...characters].filter((character) => !excluded.has(character)).join('');
  const types = [
    options.ExcludeLowercase ? '' : allowed(LOWER),
    options.ExcludeUppercase ? '' : allowed(LOWER.toUpperCase()),
    options.ExcludeNumbers ? '' : allowed('0123456789'),
    options.ExcludePunctuation ? '' : allowed(PUNCTUATION),
    options.IncludeSpace ? ' ' : '',
  ].filter((characters) => characters !== '');
  const all = types.join('');
  if (all === '') throw new Error('GenerateSecretString excludes every character');
  const password = Array.from({ length: options.PasswordLength }, () => pick(all));
  if (options.RequireEachIncludedType && password.length >= types.length) {
    // One place for each type, anywhere, so that no type is missing.
    const places = password.map((_, index) => index);
    for (const characters of types) password[places.splice(randomInt(places.length), 1)[0] ?? 0] = pick(characters);
  }
  const text = password.join('');
  if (options.SecretStringTemplate === undefined || options.GenerateStringKey === undefined) return text;
  const template = parseJson(options.SecretStringTemplate);
  return JSON.stringify({ ...(isObject(template) ? template : {}), [options.GenerateStringKey]: text });
};
