import type { TenantId } from './tenant.ts';

/** Attributes that hold partition keys of the table or of a tenant-wide index: they all begin with the tenant. */
const PARTITION_ATTRIBUTES = ['pk', 'gsi1pk', 'gsi2pk', 'gsi3pk'] as const;

export const tenantPrefix = (tenant: TenantId): string => `t#${tenant}#`;

/** Puts the prefix before every partition attribute of an item or key. */
export const withPrefix = (prefix: string, item: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const result: Record<string, unknown> = { ...item };
  for (const attribute of PARTITION_ATTRIBUTES) {
    const value = result[attribute];
    if (typeof value === 'string') result[attribute] = prefix + value;
  }
  return result;
};

/** Takes the prefix away again. An item of somebody else can only come from a broken query, so it is an error. */
export const withoutPrefix = (prefix: string, item: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const result: Record<string, unknown> = { ...item };
  for (const attribute of PARTITION_ATTRIBUTES) {
    const value = result[attribute];
    if (typeof value !== 'string') continue;
    if (!value.startsWith(prefix)) throw new Error(`An item of another tenant was read through ${attribute}`);
    result[attribute] = value.slice(prefix.length);
  }
  return result;
};

/** The tenant of a stored partition key, for stream handlers; undefined for system items. */
export const tenantOfKey = (pk: string): string | undefined => /^t#(tnt_[0-9a-z]+)#/.exec(pk)?.[1];

/** Joins key parts. `#` is the separator, so it may not come from outside; ids and slugs have none. */
export const key = (...parts: readonly (string | number)[]): string => parts.join('#');
