import { describe } from 'vitest';
import { memoryProductStore } from '../../functions/catalog/memory-product-store.ts';
import { productStoreContract } from './product-store-contract.ts';

describe('the product store in memory', () => {
  productStoreContract(async () => memoryProductStore(() => false));
});
