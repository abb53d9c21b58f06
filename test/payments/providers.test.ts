import { memoryTestBooks } from '../../functions/payments/memory-test-books.ts';
import { testProvider } from '../../functions/payments/test-provider.ts';
import { tenantA } from '../orders/fixtures.ts';
import { providerContract } from './provider-contract.ts';

providerContract('the test provider', () => ({
  name: 'test',
  provider: testProvider(memoryTestBooks())(tenantA),
  methods: {
    approved: 'card_approved',
    declined: 'card_declined',
    authentication: 'card_authentication_required',
    captureFails: 'card_capture_fails',
    lostHeld: 'card_timeout_authorized',
    lostNotHeld: 'card_timeout_lost',
  },
}));
