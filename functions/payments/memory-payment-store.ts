import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { Payment } from './model.ts';
import type { OpenPayments, PaymentRecord } from './store.ts';

/** Payments in memory, for tests. */
export const memoryPayments = (): OpenPayments => {
  const tenants = new Map<TenantId, Map<string, PaymentRecord>>();
  return (tenant) => {
    const records = tenants.get(tenant) ?? new Map<string, PaymentRecord>();
    tenants.set(tenant, records);
    const once = (paymentId: string, record: PaymentRecord): PaymentRecord | undefined => {
      const existing = records.get(paymentId);
      if (existing === undefined) records.set(paymentId, record);
      return existing;
    };
    return {
      open: async (payment) => once(payment.id, payment),
      close: async (paymentId) => once(paymentId, 'closed'),
      find: async (paymentId) => records.get(paymentId),
      change: async (next) => {
        const current = records.get(next.id);
        if (current === undefined || current === 'closed' || current.version !== next.version - 1) return 'conflict';
        records.set(next.id, next);
        return 'changed';
      },
      list: async (limit, after) => {
        const keyOf = ({ createdAt, id }: Payment): string => `${createdAt}#${id}`;
        const all = [...records.values()]
          .filter((record) => record !== 'closed')
          .filter((payment) => after === undefined || keyOf(payment) < String(after['key']))
          .toSorted((one, other) => (keyOf(one) < keyOf(other) ? 1 : -1));
        const payments = all.slice(0, limit);
        const last = payments.at(-1);
        return { payments, next: last === undefined || all.length <= limit ? undefined : { key: keyOf(last) } };
      },
    };
  };
};
