import * as z from 'zod';
import { cellsOf, metadataOf, type RowCells, type RowProblem } from './import-cells.ts';
import type { Column, ImportTerms } from './import-columns.ts';
import { type Group, MAX_GROUP_ROWS } from './import-groups.ts';
import { type ImportedVariant, readVariant } from './import-variant.ts';
import { LinkedMedia, MAX_VARIANTS, NewProduct, type ProductStatus, Slug } from './model.ts';

/** What a file says of a product. What it says nothing about is undefined and stays as it is. */
export interface ImportedProduct {
  readonly handle: string;
  readonly title: string;
  readonly status: ProductStatus | undefined;
  readonly descriptionHtml: string | undefined;
  readonly vendor: string | undefined;
  readonly type: string | undefined;
  readonly tags: readonly string[] | undefined;
  readonly taxCategory: string | undefined;
  /** Names from the root of the tree. */
  readonly category: readonly string[] | undefined;
  readonly options: readonly string[];
  readonly media: readonly { readonly url: string; readonly alt: string }[] | undefined;
  readonly seoTitle: string | null | undefined;
  readonly seoDescription: string | null | undefined;
  readonly translations: ReadonlyMap<string, { readonly title: string; readonly descriptionHtml: string | null }>;
  /** A null takes an entry away. */
  readonly metadata: Readonly<Record<string, string | null>>;
  readonly variants: readonly ImportedVariant[];
}

export type ReadProduct =
  | { readonly ok: true; readonly product: ImportedProduct }
  | { readonly ok: false; readonly problems: readonly RowProblem[] };

const statusOf = (first: RowCells): ProductStatus | undefined | RowProblem => {
  const status = first.cell('status')?.toLowerCase();
  const published = first.cell('published')?.toLowerCase();
  if (published !== undefined && !['', 'true', 'false'].includes(published)) {
    return { line: first.line, code: 'invalid_published', message: 'Published must be true, false or empty.' };
  }
  const shown = published !== 'false';
  if (status === 'archived' || status === 'draft') return status;
  // Active but not published means hidden from the storefront, which is what a draft is here.
  if (status === 'active') return shown ? 'active' : 'draft';
  if (status === undefined || status === '') return published === undefined ? undefined : shown ? 'active' : 'draft';
  return { line: first.line, code: 'invalid_status', message: 'Status must be active, draft or archived.' };
};

const mediaOf = (rows: readonly RowCells[]): ImportedProduct['media'] | RowProblem => {
  if (rows[0]?.cell('imageUrl') === undefined) return undefined;
  const found = new Map<string, { url: string; alt: string; position: number }>();
  for (const [index, row] of rows.entries()) {
    const url = row.cell('imageUrl') ?? '';
    if (url === '' || found.has(url)) continue;
    const parsed = LinkedMedia.safeParse({ url, alt: row.cell('imageAlt') ?? '' });
    if (!parsed.success) {
      return {
        line: row.line,
        code: 'invalid_image',
        message: 'Image Src must be an http or https URL of 2,000 characters at most, Image Alt Text 500.',
      };
    }
    const position = Number(/^\d{1,6}$/.exec(row.cell('imagePosition') ?? '')?.[0] ?? index + 1);
    found.set(url, { ...parsed.data, position });
  }
  return [...found.values()].sort((a, b) => a.position - b.position).map(({ url, alt }) => ({ url, alt }));
};

/** The names of the options; the single option `Title` with `Default Title` is Shopify's way to say none. */
const optionsOf = (first: RowCells): string[] => {
  const names = [first.cell('optionName1'), first.cell('optionName2'), first.cell('optionName3')].map(
    (name) => name ?? '',
  );
  if (names[0]?.toLowerCase() === 'title' && first.cell('optionValue1')?.toLowerCase() === 'default title') return [];
  const end = names.indexOf('');
  return end === -1 ? names : names.slice(0, end);
};

const translationsOf = (first: RowCells): ImportedProduct['translations'] => {
  const texts = (means: Column['means']) =>
    first.columns.flatMap(({ column, value }) =>
      column.means === means && 'locale' in column && value.trim() !== ''
        ? [[column.locale, value.trim()] as const]
        : [],
    );
  const descriptions = new Map(texts('translatedDescription'));
  return new Map(
    texts('translatedTitle').map(([locale, title]) => [
      locale,
      { title, descriptionHtml: descriptions.get(locale) ?? null },
    ]),
  );
};

const path = (text: string): string[] =>
  text
    .split('>')
    .map((name) => name.trim())
    .filter((name) => name !== '');
const list = (text: string): string[] => [
  ...new Set(
    text
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  ),
];

/** The product's own limits, checked with the same schemas as the API's. */
const Checked = z.object({
  handle: Slug,
  title: NewProduct.shape.title,
  descriptionHtml: z.string().max(50_000).optional(),
  vendor: z.string().max(255).optional(),
  type: z.string().max(255).optional(),
  tags: NewProduct.shape.tags.optional(),
  taxCategory: NewProduct.shape.taxCategory.optional(),
  category: z.array(z.string().max(200)).max(10).optional(),
  options: z.array(z.string().max(100)),
  media: z.array(z.unknown()).max(100).optional(),
  seoTitle: z.string().max(255).nullable().optional(),
  seoDescription: z.string().max(1000).nullable().optional(),
  metadata: NewProduct.shape.metadata,
});

const orNull = (text: string | undefined): string | null | undefined => (text === '' ? null : text);

const failed = (...problems: readonly RowProblem[]): ReadProduct => ({ ok: false, problems });

/** Reads a group of rows as a product with its variants, or says which rows are wrong and why. */
export const readProduct = (group: Group, columns: readonly Column[], terms: ImportTerms): ReadProduct => {
  const line = group.rows[0]?.line ?? 0;
  if (group.size > MAX_GROUP_ROWS) {
    return failed({
      line,
      code: 'too_many_rows',
      message: `The product has ${group.size} rows; ${MAX_GROUP_ROWS} are the limit.`,
    });
  }
  const broken = group.rows.flatMap(({ line, problem }) => (problem === undefined ? [] : [{ line, ...problem }]));
  if (broken.length > 0) return failed(...broken);

  const places = new Map(columns.map((column, index) => [column.means, index]));
  const rows = group.rows.map((row) => cellsOf(row, columns, places));
  const [first] = rows;
  if (first === undefined) return failed({ line, code: 'empty', message: 'There is no row.' });
  const title = first.cell('title') ?? '';
  if (title === '')
    return failed({ line, code: 'title_missing', message: 'The first row of a product needs a Title.' });
  const status = statusOf(first);
  if (typeof status === 'object') return failed(status);
  const media = mediaOf(rows);
  if (media !== undefined && 'code' in media) return failed(media);
  const options = optionsOf(first);

  const variants: ImportedVariant[] = [];
  const problems: RowProblem[] = [];
  for (const row of rows) {
    const read = readVariant(row, options, terms, variants);
    if (read === undefined) continue;
    if ('code' in read) problems.push(read);
    else variants.push(read);
  }
  if (problems.length > 0) return failed(...problems);
  if (variants.length > MAX_VARIANTS) {
    return failed({
      line,
      code: 'too_many_variants',
      message: `A product has ${MAX_VARIANTS} variants at most; this one has ${variants.length}.`,
    });
  }
  const category = first.cell('category');
  const product: ImportedProduct = {
    handle: group.handle,
    title,
    status,
    descriptionHtml: first.cell('description'),
    vendor: first.cell('vendor'),
    type: first.cell('type'),
    tags: first.cell('tags') === undefined ? undefined : list(first.cell('tags') ?? ''),
    taxCategory: first.cell('taxCategory') === '' ? undefined : first.cell('taxCategory'),
    category: category === undefined || category === '' ? undefined : path(category),
    options,
    media,
    seoTitle: orNull(first.cell('seoTitle')),
    seoDescription: orNull(first.cell('seoDescription')),
    translations: translationsOf(first),
    metadata: metadataOf(first, 'productMetadata'),
    variants,
  };
  const kept = Object.fromEntries(Object.entries(product.metadata).filter(([, value]) => value !== null));
  const checked = Checked.safeParse({ ...product, metadata: kept });
  if (checked.success) return { ok: true, product };
  const [issue] = checked.error.issues;
  return failed({
    line,
    code: `invalid_${String(issue?.path[0] ?? 'product')}`,
    message: `${issue?.path.join('.')}: ${issue?.message}`,
  });
};
