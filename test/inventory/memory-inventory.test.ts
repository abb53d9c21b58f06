import { memoryInventory } from '../../functions/inventory/memory-inventory.ts';
import { reservationContract } from './reservation-contract.ts';
import { stockContract } from './stock-contract.ts';

const makeStores = async () => memoryInventory();
stockContract(makeStores);
reservationContract(makeStores);
