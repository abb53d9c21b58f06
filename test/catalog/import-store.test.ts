import { describe } from 'vitest';
import { memoryImportStore } from '../../functions/catalog/memory-import-store.ts';
import { importStoreContract } from './import-store-contract.ts';

describe('the import store in memory', () => {
  importStoreContract(async () => memoryImportStore());
});
