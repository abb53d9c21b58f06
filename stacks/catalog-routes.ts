import { cancelImportRoute } from '../functions/catalog/cancel-import.ts';
import { createCategoryRoute } from '../functions/catalog/create-category.ts';
import { createImportRoute } from '../functions/catalog/create-import.ts';
import { createProductRoute } from '../functions/catalog/create-product.ts';
import { createVariantRoute } from '../functions/catalog/create-variant.ts';
import { deleteCategoryRoute } from '../functions/catalog/delete-category.ts';
import { deleteProductRoute } from '../functions/catalog/delete-product.ts';
import { deleteTranslationRoute } from '../functions/catalog/delete-translation.ts';
import { deleteVariantRoute } from '../functions/catalog/delete-variant.ts';
import { findVariantsRoute } from '../functions/catalog/find-variants.ts';
import { getCategoryRoute } from '../functions/catalog/get-category.ts';
import { getImportRoute } from '../functions/catalog/get-import.ts';
import { getProductBySlugRoute } from '../functions/catalog/get-product-by-slug.ts';
import { getProductRoute } from '../functions/catalog/get-product.ts';
import { getVariantRoute } from '../functions/catalog/get-variant.ts';
import { listCategoriesRoute } from '../functions/catalog/list-categories.ts';
import { listImportRowsRoute } from '../functions/catalog/list-import-rows.ts';
import { listProductsRoute } from '../functions/catalog/list-products.ts';
import { listVariantsRoute } from '../functions/catalog/list-variants.ts';
import { moveCategoryRoute } from '../functions/catalog/move-category.ts';
import { setPricesRoute } from '../functions/catalog/set-prices.ts';
import { setTranslationRoute } from '../functions/catalog/set-translation.ts';
import { startImportRoute } from '../functions/catalog/start-import.ts';
import { updateCategoryRoute } from '../functions/catalog/update-category.ts';
import { updateProductRoute } from '../functions/catalog/update-product.ts';
import { updateVariantRoute } from '../functions/catalog/update-variant.ts';
import type { WriteOperation } from '../lib/constructs/bind.ts';
import type { ApiRoute } from '../lib/constructs/domain-api.ts';
import type { ServiceFunction } from '../lib/constructs/service-function.ts';

type OnTable = (
  id: string,
  name: string,
  ...operations: readonly [WriteOperation, ...WriteOperation[]]
) => ServiceFunction;

/** A change of a product is one transaction: the item, slugs and SKUs claimed and given back, places in lists. */
const REWRITE = ['get', 'put', 'delete'] as const;

/** The routes of the catalogue with what each function may do on the table; `withFiles` also ask what files are. */
export const catalogRoutes = (
  onTable: OnTable,
  imports: { readonly createImport: ServiceFunction; readonly startImport: ServiceFunction },
  withFiles: OnTable,
): ApiRoute[] => [
  {
    route: listProductsRoute,
    fn: onTable('ListProducts', 'list-products', 'query', 'query:gsi1', 'query:gsi2', 'batchGet'),
  },
  { route: createProductRoute, fn: withFiles('CreateProduct', 'create-product', 'put', 'check') },
  { route: getProductRoute, fn: onTable('GetProduct', 'get-product', 'get') },
  { route: getProductBySlugRoute, fn: onTable('GetProductBySlug', 'get-product-by-slug', 'get') },
  { route: updateProductRoute, fn: withFiles('UpdateProduct', 'update-product', ...REWRITE, 'check') },
  { route: deleteProductRoute, fn: onTable('DeleteProduct', 'delete-product', ...REWRITE) },
  { route: setTranslationRoute, fn: onTable('SetTranslation', 'set-translation', 'get', 'put') },
  { route: deleteTranslationRoute, fn: onTable('DeleteTranslation', 'delete-translation', 'get', 'put') },
  { route: listVariantsRoute, fn: onTable('ListVariants', 'list-variants', 'get') },
  { route: createVariantRoute, fn: onTable('CreateVariant', 'create-variant', 'get', 'put') },
  { route: findVariantsRoute, fn: onTable('FindVariants', 'find-variants', 'get') },
  { route: getVariantRoute, fn: onTable('GetVariant', 'get-variant', 'get') },
  { route: updateVariantRoute, fn: onTable('UpdateVariant', 'update-variant', ...REWRITE) },
  { route: deleteVariantRoute, fn: onTable('DeleteVariant', 'delete-variant', ...REWRITE) },
  { route: setPricesRoute, fn: onTable('SetPrices', 'set-prices', 'get', 'put') },
  { route: listCategoriesRoute, fn: onTable('ListCategories', 'list-categories', 'query', 'batchGet') },
  { route: createCategoryRoute, fn: onTable('CreateCategory', 'create-category', 'get', 'put', 'check') },
  { route: getCategoryRoute, fn: onTable('GetCategory', 'get-category', 'get') },
  { route: updateCategoryRoute, fn: onTable('UpdateCategory', 'update-category', 'get', 'put', 'delete') },
  { route: moveCategoryRoute, fn: onTable('MoveCategory', 'move-category', 'get', 'put', 'delete', 'check') },
  { route: deleteCategoryRoute, fn: onTable('DeleteCategory', 'delete-category', 'get', 'query', 'update', 'delete') },
  { route: createImportRoute, fn: imports.createImport },
  { route: startImportRoute, fn: imports.startImport },
  { route: cancelImportRoute, fn: onTable('CancelImport', 'cancel-import', 'get', 'put') },
  { route: getImportRoute, fn: onTable('GetImport', 'get-import', 'get') },
  { route: listImportRowsRoute, fn: onTable('ListImportRows', 'list-import-rows', 'get', 'batchGet') },
];
