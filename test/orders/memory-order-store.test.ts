import { memoryOrders } from '../../functions/orders/memory-order-store.ts';
import { orderStoreContract } from './store-contract.ts';

orderStoreContract(async () => memoryOrders());
