import { defineError } from '../../lib/runtime/errors.ts';

export const slugTaken = defineError('slug_taken', 409, 'The slug belongs to another product');
export const skuTaken = defineError('sku_taken', 409, 'The SKU belongs to another variant');
export const optionsTaken = defineError('options_taken', 409, 'Another variant has the same option values');
export const optionsInUse = defineError('options_in_use', 409, 'The options are used by variants');
export const tooManyVariants = defineError('too_many_variants', 422, 'The product has too many variants');
export const tooLarge = defineError('too_large', 422, 'The product is too large');
export const unknownCategory = defineError('unknown_category', 422, 'There is no such category');
export const unknownFile = defineError('unknown_file', 422, 'There is no such public file');
export const currencyNotEnabled = defineError('currency_not_enabled', 422, 'The shop does not sell in this currency');
export const localeNotEnabled = defineError('locale_not_enabled', 422, 'The shop does not have this language');
export const optionsMismatch = defineError('options_mismatch', 422, "The options are not the product's options");

export const categoryNameTaken = defineError('category_name_taken', 409, 'A category beside it has the same name');
export const categoryNotEmpty = defineError('category_not_empty', 409, 'The category still holds something');
export const categoryCycle = defineError('category_cycle', 422, 'A category cannot be put below itself');
export const categoryTooDeep = defineError('category_too_deep', 422, 'The category would be too deep in the tree');

export const importFinished = defineError('import_finished', 409, 'The import is done');
export const importRunning = defineError('import_running', 409, 'The import is running');
export const uploadMissing = defineError('upload_missing', 409, 'The file has not been uploaded');
