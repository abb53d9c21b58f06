import { describe } from 'vitest';
import { categoryStoreContract } from './category-store-contract.ts';
import { memoryCatalog } from './fixtures.ts';

describe('the category store in memory', () => {
  categoryStoreContract(async () => memoryCatalog());
});
