import { memoryPayments } from '../../functions/payments/memory-payment-store.ts';
import { memoryTestBooks } from '../../functions/payments/memory-test-books.ts';
import { paymentStoreContract } from './store-contract.ts';
import { testBooksContract } from './test-books-contract.ts';

paymentStoreContract(async () => memoryPayments());
testBooksContract(async () => memoryTestBooks());
