import type { TenantId } from '../../lib/runtime/tenant.ts';
import { sha256Hex } from '../../lib/runtime/ids.ts';
import type { Column, ImportTerms } from './import-columns.ts';
import type { Group } from './import-groups.ts';
import type { ImportedProduct } from './import-product.ts';
import type { ImportedStock, ImportedVariant } from './import-variant.ts';
import { type CategoryId, type ImportId, type ProductId, productId, variantId, variantIdWithin } from './ids.ts';
import { NewProduct, NO_SEO, type Price } from './model.ts';
import { newProductState } from './create-product.ts';
import type { ProductState, VariantState } from './product-state.ts';
import { assertSound, revise, type Stamp } from './revise.ts';
import { sameOptions } from './rewrite-product.ts';

/** Raised when the same cells mean something else than before, so that an import writes them anew. */
const MEANING = '1';

/** What the rows of a group say, whatever the order of the columns: equal when an import need not look further. */
export const hashOfGroup = (group: Group, columns: readonly Column[], terms: ImportTerms): string => {
  const rows = group.rows.map(({ cells }) =>
    cells
      .map((cell, index) => [JSON.stringify(columns[index] ?? index), cell.trim()] as const)
      .filter(([, value]) => value !== '')
      .sort(([first], [second]) => (first < second ? -1 : 1)),
  );
  return sha256Hex(MEANING, terms.currency, JSON.stringify(rows)).slice(0, 32);
};

/** Which import, run and rows a product is written for. */
export interface Origin {
  readonly tenant: TenantId;
  readonly job: ImportId;
  readonly run: number;
  readonly hash: string;
}

export interface StockLine extends ImportedStock {
  readonly variantId: VariantState['id'];
}

/** A product as the file wants it. */
export interface Draft {
  /** Undefined when the product is like that already. */
  readonly after: ProductState | undefined;
  /** Variants whose inventory columns say something else than at their last import. */
  readonly stock: readonly StockLine[];
}

const withoutNulls = (entries: Readonly<Record<string, string | null>>): Record<string, string> =>
  Object.fromEntries(Object.entries(entries).flatMap(([name, value]) => (value === null ? [] : [[name, value]])));

const merged = (before: Readonly<Record<string, string>>, patch: Readonly<Record<string, string | null>>) =>
  withoutNulls({ ...before, ...patch });

const pricesAfter = (before: readonly Price[], imported: ImportedVariant['prices']): Price[] => [
  ...before.filter(({ currency }) => !imported.has(currency)),
  ...[...imported].flatMap(([currency, price]) => (price === null ? [] : [{ currency, ...price }])),
];
const byCurrency = (prices: readonly Price[]): Price[] =>
  [...prices].sort((first, second) => (first.currency < second.currency ? -1 : 1));

const stockText = (stock: ImportedStock): string => `${stock.tracked} ${stock.policy} ${stock.quantity ?? ''}`;

const variantAfter = (
  before: VariantState | undefined,
  imported: ImportedVariant,
  base: VariantState,
): VariantState => {
  const from = before ?? base;
  return {
    ...from,
    values: [...imported.values],
    sku: imported.sku === undefined ? from.sku : imported.sku,
    barcode: imported.barcode === undefined ? from.barcode : imported.barcode,
    prices: byCurrency(pricesAfter(from.prices, imported.prices)),
    weightGrams: imported.weightGrams ?? from.weightGrams,
    requiresShipping: imported.requiresShipping ?? from.requiresShipping,
    taxable: imported.taxable ?? from.taxable,
    metadata: merged(from.metadata, imported.metadata),
    ...(imported.stock === undefined ? {} : { importedStock: stockText(imported.stock) }),
  };
};

/** The variant that a row means: the one with its options, else the one with its SKU that no other row means. */
const matchVariants = (
  existing: readonly VariantState[],
  imported: readonly ImportedVariant[],
): (VariantState | undefined)[] => {
  const free = new Set(existing);
  const take = (variant: VariantState | undefined): VariantState | undefined => {
    if (variant !== undefined) free.delete(variant);
    return variant;
  };
  const byOptions = imported.map(({ values }) => take([...free].find((one) => sameOptions(one.values, values))));
  return imported.map(
    ({ sku }, index) => byOptions[index] ?? take([...free].find((one) => one.sku !== null && one.sku === sku)),
  );
};

const blankProduct = (id: ProductId, { handle, title }: ImportedProduct, stamp: Stamp): ProductState =>
  newProductState(id, { ...NewProduct.parse({ title, status: 'active' }), media: [] }, handle, stamp);

const withFacts = (from: ProductState, imported: ImportedProduct, categoryIds: readonly CategoryId[] | undefined) => ({
  ...from,
  title: imported.title,
  status: imported.status ?? from.status,
  descriptionHtml: imported.descriptionHtml ?? from.descriptionHtml,
  vendor: imported.vendor ?? from.vendor,
  type: imported.type ?? from.type,
  tags: imported.tags === undefined ? from.tags : [...imported.tags],
  taxCategory: imported.taxCategory ?? from.taxCategory,
  categoryIds: categoryIds === undefined ? from.categoryIds : [...categoryIds],
  options: [...imported.options],
  media: imported.media === undefined ? from.media : [...imported.media],
  seo: {
    title: imported.seoTitle === undefined ? from.seo.title : imported.seoTitle,
    description: imported.seoDescription === undefined ? from.seo.description : imported.seoDescription,
  },
  translations: {
    ...from.translations,
    ...Object.fromEntries(
      [...imported.translations].map(([locale, texts]) => [
        locale,
        { seo: from.translations[locale]?.seo ?? NO_SEO, ...texts },
      ]),
    ),
  },
  metadata: merged(from.metadata, imported.metadata),
});

/**
 * What a product becomes by an import: its variants are exactly those of the file, and what the file says nothing
 * about stays. Ids of what is new follow from the import and the product's state, so that a run that goes on after a
 * crash means the same ones.
 *
 * @throws sku_taken, too_large
 */
export const draftProduct = (
  origin: Origin,
  current: ProductState | undefined,
  imported: ImportedProduct,
  categoryIds: readonly CategoryId[] | undefined,
  stamp: Stamp,
): Draft => {
  const { tenant, job, run, hash } = origin;
  const id = current?.id ?? productId.derive(tenant, job, imported.handle);
  const from = current ?? blankProduct(id, imported, stamp);
  const matches = matchVariants(from.variants, imported.variants);
  const variants = imported.variants.map((variant, index): VariantState => {
    const seed = variantId.derive(tenant, job, id, String(from.revision), ...variant.values);
    const base: VariantState = {
      id: variantIdWithin(id, seed),
      version: 1,
      sku: null,
      barcode: null,
      values: [],
      prices: [],
      weightGrams: 0,
      requiresShipping: true,
      taxable: true,
      metadata: {},
      externalId: null,
      createdAt: stamp.now,
      updatedAt: stamp.now,
    };
    return variantAfter(matches[index], variant, base);
  });
  const stock = imported.variants.flatMap((variant, index) => {
    const { id: variantId } = variants[index] ?? {};
    if (variant.stock === undefined || variantId === undefined) return [];
    return matches[index]?.importedStock === stockText(variant.stock) ? [] : [{ variantId, ...variant.stock }];
  });
  const draft = { ...withFacts(from, imported, categoryIds), variants };
  if (current === undefined) {
    const after = assertSound({ ...draft, imported: { job, run, hash, outcome: 'created' } });
    return { after, stock };
  }
  const revised = revise(current, draft, stamp);
  return {
    after: revised === undefined ? undefined : { ...revised, imported: { job, run, hash, outcome: 'updated' } },
    stock,
  };
};
