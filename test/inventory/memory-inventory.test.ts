import { memoryInventory } from '../../functions/inventory/memory-inventory.ts';
import { reservationContract } from './reservation-contract.ts';
import { stockEquation } from './stock-equation.ts';
import { stockContract } from './stock-contract.ts';

const makeStores = async () => memoryInventory();
stockContract(makeStores);
reservationContract(makeStores);
stockEquation(makeStores, 200);
