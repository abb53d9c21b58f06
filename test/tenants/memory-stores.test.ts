import { memoryKeys } from '../../functions/tenants/memory-key-store.ts';
import { memoryTenants } from '../../functions/tenants/memory-tenant-store.ts';
import { memoryUsage } from '../../functions/tenants/memory-usage-store.ts';
import { tenantsStoreContract } from './store-contract.ts';

tenantsStoreContract(async () => ({ tenants: memoryTenants(), keys: memoryKeys(), usage: memoryUsage() }));
