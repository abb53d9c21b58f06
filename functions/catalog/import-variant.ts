import type { Currency } from '../../lib/runtime/money.ts';
import { metadataOf, type RowCells, type RowProblem } from './import-cells.ts';
import type { ImportTerms } from './import-columns.ts';
import { Metadata, Sku } from './model.ts';
import { parseAmount } from './parse-amount.ts';
import { sameOptions } from './rewrite-product.ts';

/** What the inventory columns say; `quantity` null leaves the stock as it is. */
export interface ImportedStock {
  readonly tracked: boolean;
  readonly policy: 'deny' | 'continue';
  readonly quantity: number | null;
}

export interface ImportedVariant {
  readonly line: number;
  readonly values: readonly string[];
  readonly sku: string | null | undefined;
  readonly barcode: string | null | undefined;
  /** By currency; null when the file has a column for it and no price in it. */
  readonly prices: ReadonlyMap<Currency, { readonly amount: number; readonly compareAt: number | null } | null>;
  readonly weightGrams: number | undefined;
  readonly requiresShipping: boolean | undefined;
  readonly taxable: boolean | undefined;
  readonly stock: ImportedStock | undefined;
  readonly metadata: Readonly<Record<string, string | null>>;
}

/** Shown in a report: enough of a cell to find it, not a whole description. */
const shown = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);

/** A cell that cannot be read. */
class CellProblem extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const yesOrNo = (text: string | undefined, column: string): boolean | undefined => {
  if (text === undefined) return undefined;
  const value = text.toLowerCase();
  if (value === '' || value === 'true') return true;
  if (value === 'false') return false;
  throw new CellProblem('invalid_value', `${column} must be true or false, not ${shown(text)}.`);
};

const wholeNumber = (text: string, column: string, code: string): number => {
  const [, digits = ''] = /^(\d{1,9})(?:\.0+)?$/.exec(text) ?? [];
  if (digits !== '') return Number(digits);
  throw new CellProblem(code, `${column} must be a whole number that is not negative, not ${shown(text)}.`);
};

const amountOf = (text: string, currency: Currency, column: string): number => {
  const amount = parseAmount(text, currency);
  if (amount !== undefined) return amount;
  throw new CellProblem(
    'invalid_price',
    `${column} must be a number like 12.50 with no more decimals than ${currency} has, not ${shown(text)}.`,
  );
};

const compareAtOf = (text: string | undefined, currency: Currency): number | null => {
  const amount = text === undefined || text === '' ? 0 : amountOf(text, currency, 'Compare At Price');
  return amount === 0 ? null : amount;
};

const pricesOf = (row: RowCells, { currency }: ImportTerms): ImportedVariant['prices'] => {
  const base = row.cell('basePrice') ?? '';
  if (base === '') throw new CellProblem('price_missing', 'The variant has no Variant Price.');
  const prices = new Map<Currency, { amount: number; compareAt: number | null } | null>([
    [
      currency,
      {
        amount: amountOf(base, currency, 'Variant Price'),
        compareAt: compareAtOf(row.cell('baseCompareAt'), currency),
      },
    ],
  ]);
  const extra = row.columns.flatMap(({ column, value }) =>
    'currency' in column ? [{ ...column, value: value.trim() }] : [],
  );
  for (const { means, currency: other, value } of extra) {
    if (means !== 'price') continue;
    const compareAt = extra.find((one) => one.means === 'compareAt' && one.currency === other)?.value;
    const amount = value === '' ? undefined : amountOf(value, other, `Price / ${other}`);
    prices.set(other, amount === undefined ? null : { amount, compareAt: compareAtOf(compareAt, other) });
  }
  return prices;
};

const stockOf = (row: RowCells): ImportedStock | undefined => {
  const tracker = row.cell('tracker');
  if (tracker === undefined) return undefined;
  const quantity = row.cell('quantity') ?? '';
  const policy = row.cell('policy')?.toLowerCase() ?? '';
  if (policy !== '' && policy !== 'deny' && policy !== 'continue') {
    throw new CellProblem('invalid_policy', `Variant Inventory Policy must be deny or continue, not ${shown(policy)}.`);
  }
  return {
    tracked: tracker !== '',
    policy: policy === 'continue' ? 'continue' : 'deny',
    quantity: quantity === '' ? null : wholeNumber(quantity, 'Variant Inventory Qty', 'invalid_quantity'),
  };
};

const skuOf = (text: string | undefined): string | null | undefined => {
  if (text === undefined) return undefined;
  if (text === '') return null;
  if (!Sku.safeParse(text).success)
    throw new CellProblem('invalid_sku', `Variant SKU must have 100 characters at most.`);
  return text;
};

const valuesOf = (row: RowCells, options: readonly string[]): string[] =>
  options.map((name, index) => {
    const value = [row.cell('optionValue1'), row.cell('optionValue2'), row.cell('optionValue3')][index] ?? '';
    if (value === '') throw new CellProblem('option_value_missing', `The variant has no value for the option ${name}.`);
    if (value.length > 255)
      throw new CellProblem('invalid_option', `A value of ${name} is longer than 255 characters.`);
    return value;
  });

/** Says a row something of a variant, or is it there for a picture only? */
const isVariantRow = (row: RowCells): boolean =>
  (['optionValue1', 'sku', 'basePrice'] as const).some((means) => (row.cell(means) ?? '') !== '');

/** Reads a row as a variant, or says what is wrong with it; undefined for a row that is none. */
export const readVariant = (
  row: RowCells,
  options: readonly string[],
  terms: ImportTerms,
  before: readonly ImportedVariant[],
): ImportedVariant | RowProblem | undefined => {
  if (!isVariantRow(row)) return undefined;
  try {
    const values = valuesOf(row, options);
    const sku = skuOf(row.cell('sku'));
    const twin = before.find((variant) => sameOptions(variant.values, values));
    if (twin !== undefined) throw new CellProblem('options_repeated', `The options are those of line ${twin.line}.`);
    const holder = before.find((variant) => typeof sku === 'string' && variant.sku === sku);
    if (holder !== undefined) throw new CellProblem('sku_repeated', `The SKU is that of line ${holder.line}.`);
    const barcode = row.cell('barcode');
    if ((barcode ?? '').length > 100) throw new CellProblem('invalid_barcode', 'Variant Barcode is longer than 100.');
    const metadata = metadataOf(row, 'variantMetadata');
    const kept = Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== null));
    if (!Metadata.safeParse(kept).success) {
      throw new CellProblem('invalid_metadata', 'Columns that are not known may hold 50 values of 1,000 characters.');
    }
    const grams = row.cell('grams');
    return {
      line: row.line,
      values,
      sku,
      barcode: barcode === '' ? null : barcode,
      prices: pricesOf(row, terms),
      weightGrams:
        grams === undefined ? undefined : grams === '' ? 0 : wholeNumber(grams, 'Variant Grams', 'invalid_weight'),
      requiresShipping: yesOrNo(row.cell('requiresShipping'), 'Variant Requires Shipping'),
      taxable: yesOrNo(row.cell('taxable'), 'Variant Taxable'),
      stock: stockOf(row),
      metadata,
    };
  } catch (error) {
    if (!(error instanceof CellProblem)) throw error;
    return { line: row.line, code: error.code, message: error.message };
  }
};
