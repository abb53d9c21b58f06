import { isDeepStrictEqual } from 'node:util';
import type { Key, Write } from '../../lib/runtime/db.ts';
import { categoryKey } from './category-keys.ts';
import type { CategoryId } from './ids.ts';
import { entriesOf, productKey, skuKey, skusOf, slugKey, slugsOf } from './product-keys.ts';
import type { ProductState } from './product-state.ts';
import type { ProductChange } from './product-store.ts';

/** What a write in a change's transaction is for: says what its refusal means. */
export type Purpose =
  | { readonly kind: 'product' }
  | { readonly kind: 'slug'; readonly slug: string }
  | { readonly kind: 'sku'; readonly sku: string }
  | { readonly kind: 'category'; readonly categoryId: CategoryId }
  | { readonly kind: 'release' }
  | { readonly kind: 'entry' };

export interface PurposefulWrite {
  readonly purpose: Purpose;
  readonly write: Write;
}

const missing = (after: readonly string[], before: readonly string[]): string[] => {
  const there = new Set(before);
  return after.filter((value) => !there.has(value));
};

/** A claim is new, or it is this product's already (a slug that it had before). */
const claim = (purpose: Purpose, key: Key, product: ProductState): PurposefulWrite => ({
  purpose,
  write: {
    put: { ...key, productId: product.id },
    condition: { expression: 'attribute_not_exists(pk) OR productId = :owner', values: { ':owner': product.id } },
  },
});

/** Gives a claim back, but never one that is another product's. */
const release = (key: Key, product: ProductState): PurposefulWrite => ({
  purpose: { kind: 'release' },
  write: {
    delete: key,
    condition: { expression: 'attribute_not_exists(pk) OR productId = :owner', values: { ':owner': product.id } },
  },
});

const claims = (before: ProductState | undefined, after: ProductState): PurposefulWrite[] => {
  const slugs = { before: before === undefined ? [] : slugsOf(before), after: slugsOf(after) };
  const skus = { before: before === undefined ? [] : skusOf(before), after: skusOf(after) };
  return [
    ...missing(slugs.after, slugs.before).map((slug) => claim({ kind: 'slug', slug }, slugKey(slug), after)),
    ...missing(slugs.before, slugs.after).map((slug) => release(slugKey(slug), after)),
    ...missing(skus.after, skus.before).map((sku) => claim({ kind: 'sku', sku }, skuKey(sku), after)),
    ...missing(skus.before, skus.after).map((sku) => release(skuKey(sku), after)),
  ];
};

const entries = (before: ProductState | undefined, after: ProductState | undefined): PurposefulWrite[] => {
  const old = before === undefined ? new Map() : entriesOf(before);
  const now = after === undefined ? new Map() : entriesOf(after);
  const purpose: Purpose = { kind: 'entry' };
  return [
    ...[...now].flatMap(([name, item]) =>
      isDeepStrictEqual(old.get(name), item) ? [] : [{ purpose, write: { put: item } }],
    ),
    ...[...old].flatMap(([name, { pk, sk }]) => (now.has(name) ? [] : [{ purpose, write: { delete: { pk, sk } } }])),
  ];
};

const unchanged = (before: ProductState) => ({
  expression: '#revision = :revision',
  names: { '#revision': 'revision' },
  values: { ':revision': before.revision },
});

/** All writes of a change: they go into one transaction. */
export const writesOf = ({ before, after, mustExist }: ProductChange): PurposefulWrite[] => [
  {
    purpose: { kind: 'product' },
    write: {
      put: { ...productKey(after.id), ...after },
      condition: before === undefined ? { expression: 'attribute_not_exists(pk)' } : unchanged(before),
    },
  },
  ...claims(before, after),
  ...entries(before, after),
  ...(mustExist ?? []).map((categoryId): PurposefulWrite => ({
    purpose: { kind: 'category', categoryId },
    write: {
      check: categoryKey(categoryId),
      condition: { expression: 'attribute_exists(pk) AND attribute_not_exists(deleting)' },
    },
  })),
];

/** All writes of a deletion. At most 1 + 21 slugs + 60 SKUs + 11 list entries: one transaction. */
export const removalOf = (before: ProductState, tombstone: Readonly<Record<string, unknown>>): Write[] => [
  { put: { ...productKey(before.id), ...tombstone }, condition: unchanged(before) },
  ...slugsOf(before).map((slug) => release(slugKey(slug), before).write),
  ...skusOf(before).map((sku) => release(skuKey(sku), before).write),
  ...entries(before, undefined).map(({ write }) => write),
];

/** The key that a write is on: no two writes of a transaction may be on one. */
export const keyOfWrite = (write: Write): string => {
  const { pk, sk } =
    'put' in write ? write.put : 'update' in write ? write.update : 'delete' in write ? write.delete : write.check;
  return `${String(pk)} ${String(sk)}`;
};
