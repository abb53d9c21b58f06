import type { CustomerAccount } from '../../functions/accounts/customer-model.ts';
import { memoryAttempts } from '../../functions/accounts/memory-attempt-store.ts';
import { memoryCustomers } from '../../functions/accounts/memory-customer-store.ts';
import { memorySessions } from '../../functions/accounts/memory-session-store.ts';
import { memoryStaff } from '../../functions/accounts/memory-staff-store.ts';
import type { StaffRecord } from '../../functions/accounts/staff-store.ts';
import { accountsStoreContract } from './store-contract.ts';

accountsStoreContract(async () => {
  const staff = new Map<string, StaffRecord>();
  const customers = new Map<string, CustomerAccount>();
  return {
    customers: memoryCustomers(customers),
    sessions: memorySessions(staff, customers),
    staff: memoryStaff(staff),
    attempts: memoryAttempts(),
  };
});
