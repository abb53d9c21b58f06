import { memoryPricing } from '../../functions/pricing/memory-stores.ts';
import { pricingStoreContract } from './store-contract.ts';

pricingStoreContract(async () => memoryPricing());
