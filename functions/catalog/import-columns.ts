import { Currency } from '../../lib/runtime/money.ts';
import { Locale } from './model.ts';

/** What a column means. A column that is not known is kept as metadata: of the variant, or of the product. */
export type Column =
  | { readonly means: Known }
  | { readonly means: 'price' | 'compareAt'; readonly currency: Currency }
  | { readonly means: 'translatedTitle' | 'translatedDescription'; readonly locale: string }
  | { readonly means: 'productMetadata' | 'variantMetadata'; readonly name: string };

const KNOWN = {
  handle: 'handle',
  title: 'title',
  'body (html)': 'description',
  vendor: 'vendor',
  'product category': 'category',
  type: 'type',
  tags: 'tags',
  published: 'published',
  status: 'status',
  'tax category': 'taxCategory',
  'option1 name': 'optionName1',
  'option1 value': 'optionValue1',
  'option2 name': 'optionName2',
  'option2 value': 'optionValue2',
  'option3 name': 'optionName3',
  'option3 value': 'optionValue3',
  'variant sku': 'sku',
  'variant barcode': 'barcode',
  'variant grams': 'grams',
  'variant requires shipping': 'requiresShipping',
  'variant taxable': 'taxable',
  'variant price': 'basePrice',
  'variant compare at price': 'baseCompareAt',
  'variant inventory tracker': 'tracker',
  'variant inventory qty': 'quantity',
  'variant inventory policy': 'policy',
  'image src': 'imageUrl',
  'image position': 'imagePosition',
  'image alt text': 'imageAlt',
  'seo title': 'seoTitle',
  'seo description': 'seoDescription',
} as const;
export type Known = (typeof KNOWN)[keyof typeof KNOWN];

const isKnown = (name: string): name is keyof typeof KNOWN => Object.hasOwn(KNOWN, name);
const REQUIRED = ['handle', 'title', 'variant price'] as const;

/** In which currencies and languages a file may speak: the shop's own when the import was made. */
export interface ImportTerms {
  /** The currency of `Variant Price`. */
  readonly currency: Currency;
  readonly currencies: readonly string[];
  readonly locales: readonly string[];
}

/** `Price / JPY`, `Compare At Price / JPY`, `Title / de`, `Body (HTML) / de`: what Shopify's format has no columns for. */
const byTerms = (name: string, terms: ImportTerms): Column | undefined => {
  const [, what = '', of = ''] = /^(price|compare at price|title|body \(html\)) \/ (\S+)$/i.exec(name) ?? [];
  const kind = what.toLowerCase();
  if (kind === 'price' || kind === 'compare at price') {
    const currency = Currency.safeParse(of);
    if (!currency.success || !terms.currencies.includes(of) || of === terms.currency) return undefined;
    return { means: kind === 'price' ? 'price' : 'compareAt', currency: currency.data };
  }
  const locale = Locale.safeParse(of);
  if (kind === '' || !locale.success || !terms.locales.includes(of)) return undefined;
  return { means: kind === 'title' ? 'translatedTitle' : 'translatedDescription', locale: of };
};

const columnOf = (header: string, terms: ImportTerms): Column => {
  const name = header.toLowerCase();
  if (isKnown(name)) return { means: KNOWN[name] };
  const termed = byTerms(header, terms);
  if (termed !== undefined) return termed;
  const ofVariant = name.startsWith('variant ') || name === 'cost per item';
  return { means: ofVariant ? 'variantMetadata' : 'productMetadata', name: header };
};

export type Header =
  | { readonly ok: true; readonly columns: readonly Column[] }
  | { readonly ok: false; readonly code: 'missing_columns' | 'duplicate_columns'; readonly message: string };

/** Decides by name, in any order and case, what each column means. Both of Shopify's column sets are understood. */
export const readHeader = (fields: readonly string[], terms: ImportTerms): Header => {
  const headers = fields.map((field) => field.trim());
  const names = headers.map((header) => header.toLowerCase());
  const missing = REQUIRED.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    const found = headers.slice(0, 10).join(', ').slice(0, 200);
    const message = `The first line lacks the columns ${missing.join(', ')}. It begins: ${found}.`;
    return { ok: false, code: 'missing_columns', message };
  }
  const twice = names.find((name, index) => name !== '' && names.indexOf(name) !== index);
  if (twice !== undefined) {
    return { ok: false, code: 'duplicate_columns', message: `The column ${twice} is there twice.` };
  }
  return { ok: true, columns: headers.map((header) => columnOf(header, terms)) };
};
