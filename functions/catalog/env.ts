import * as z from 'zod';

/** Functions that touch products, categories and imports in the table alone. */
export const CatalogEnv = z.object({ CATALOG_TABLE: z.string() });

/** Functions that also ask what files are. */
export const ProductMediaEnv = CatalogEnv.extend({ DESCRIBE_FILES_FUNCTION: z.string() });

/** Functions that also reach the uploaded files. */
export const ImportFilesEnv = CatalogEnv.extend({ IMPORTS_BUCKET: z.string() });

export const StartImportEnv = ImportFilesEnv.extend({ IMPORT_MACHINE: z.string() });

export const RunImportEnv = ImportFilesEnv.extend({ APPLY_IMPORT_FUNCTION: z.string() });
