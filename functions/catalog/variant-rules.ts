import { currencyNotEnabled, optionsMismatch } from './errors.ts';
import type { ProductState } from './product-state.ts';

/**
 * A variant's option values in the order of the product's options.
 * @throws options_mismatch when one is missing, unknown or twice
 */
export const valuesOf = (
  product: Pick<ProductState, 'options'>,
  options: readonly { readonly name: string; readonly value: string }[],
): string[] => {
  const values = product.options.map((name) => options.find((option) => option.name === name)?.value);
  const complete = values.flatMap((value) => value ?? []);
  if (complete.length === product.options.length && options.length === product.options.length) return complete;
  const wanted = product.options.length === 0 ? 'no options' : `the options ${product.options.join(', ')}`;
  throw optionsMismatch(`The product has ${wanted}: give each of them exactly one value.`);
};

/** @throws currency_not_enabled for a price that the shop could never be paid */
export const assertCurrencies = (
  prices: readonly { readonly currency: string }[],
  enabled: readonly string[],
): void => {
  const other = prices.find((price) => !enabled.includes(price.currency));
  if (other === undefined) return;
  throw currencyNotEnabled(
    `The shop sells in ${enabled.join(', ')}, not in ${other.currency}. Add it in the settings.`,
  );
};
