import * as z from 'zod';

export const AccountsTableEnv = z.object({ ACCOUNTS_TABLE: z.string() });

/** `ACCOUNTS_KEYS` is the ARN of the secret with the key set. */
export const KeysEnv = z.object({ ACCOUNTS_KEYS: z.string() });
export const TableAndKeysEnv = AccountsTableEnv.extend({ ACCOUNTS_KEYS: z.string() });

/** Of what signs access tokens. */
export const SessionEnv = TableAndKeysEnv.extend({ STAGE: z.string() });

/** Of a function that needs nothing from outside. */
export const NoEnv = z.object({});
