import { memoryCarts } from '../../functions/carts/memory-cart-store.ts';
import { cartStoreContract } from './store-contract.ts';

cartStoreContract(async () => memoryCarts());
