import { assertSameRequest } from '../../lib/runtime/api.ts';
import { key } from '../../lib/runtime/keys.ts';
import type { Code, PricedVariant } from './model.ts';
import { NO_RULES, type Rules } from './rules.ts';
import type { CodeStore, PriceBook, RedemptionStore, RulesStore, VariantStore } from './store.ts';

interface MemoryPricing {
  readonly rules: RulesStore;
  readonly book: PriceBook;
  readonly variants: VariantStore;
  readonly codes: CodeStore;
  readonly redemptions: RedemptionStore;
}

/** Everything of pricing in memory, for tests of use cases: the same promises as the table's stores. */
export const memoryPricing = (): MemoryPricing => {
  const rules = new Map<string, Rules>();
  const variants = new Map<string, { sequence: number; variant: PricedVariant | undefined }>();
  const codes = new Map<string, Code>();
  const requests = new Map<string, { requestHash: string; code: string }>();
  const customerUses = new Map<string, number>();
  const redemptions = new Map<string, { state: 'redeemed' | 'released'; undo: () => void }>();

  const keepNewer = (at: string, variant: PricedVariant | undefined, sequence: number) => {
    if ((variants.get(at)?.sequence ?? 0) < sequence) variants.set(at, { sequence, variant });
  };
  const addRedeemed = (at: string, by: number) => {
    const code = codes.get(at);
    if (code !== undefined) codes.set(at, { ...code, redeemed: code.redeemed + by });
  };
  const found = <Value>(tenant: string, names: readonly string[], read: (at: string) => Value | undefined) =>
    new Map(
      names.flatMap((name): [string, Value][] => {
        const value = read(key(tenant, name));
        return value === undefined ? [] : [[name, value]];
      }),
    );

  return {
    rules: {
      read: async (tenant) => rules.get(tenant) ?? NO_RULES,
      change: async (tenant, decide) => {
        const before = rules.get(tenant) ?? NO_RULES;
        const { rules: after, result } = decide(before);
        if (after !== before) rules.set(tenant, { ...after, version: before.version + 1 });
        return result;
      },
    },
    book: {
      factsFor: async (tenant, variantIds, names) => ({
        rules: rules.get(tenant) ?? NO_RULES,
        variants: found(tenant, variantIds, (at) => variants.get(at)?.variant),
        codes: found(tenant, names, (at) => codes.get(at)),
      }),
    },
    variants: {
      keep: async (tenant, variant, sequence) => keepNewer(key(tenant, variant.variantId), variant, sequence),
      forget: async (tenant, variantId, sequence) => keepNewer(key(tenant, variantId), undefined, sequence),
    },
    codes: {
      create: async (tenant, code, idempotency) => {
        const request = requests.get(key(tenant, idempotency.scope));
        const earlier = request === undefined ? undefined : codes.get(key(tenant, request.code));
        if (request !== undefined && earlier !== undefined) {
          assertSameRequest(request.requestHash, idempotency);
          return { status: 'replayed', code: earlier };
        }
        if (codes.has(key(tenant, code.code))) return { status: 'taken' };
        codes.set(key(tenant, code.code), code);
        requests.set(key(tenant, idempotency.scope), { requestHash: idempotency.requestHash, code: code.code });
        return { status: 'created', code };
      },
      list: async (tenant, promotionId, limit, after) => {
        const from = String(after?.['code'] ?? '');
        const all = [...codes]
          .filter(([at, code]) => at.startsWith(key(tenant, '')) && code.promotionId === promotionId)
          .map(([, code]) => code)
          .filter(({ code }) => code > from)
          .sort((a, b) => (a.code < b.code ? -1 : 1));
        const items = all.slice(0, limit);
        const last = items.at(-1);
        return { items, last: all.length > limit && last !== undefined ? { code: last.code } : undefined };
      },
    },
    redemptions: {
      redeem: async (tenant, { orderId, codes: wanted, customerKey }) => {
        const earlier = redemptions.get(key(tenant, orderId));
        if (earlier !== undefined) return earlier.state === 'redeemed' ? { status: 'redeemed' } : { status: 'closed' };
        const names = [...new Set(wanted)];
        const useOf = (name: string) => key(tenant, name, customerKey);
        for (const name of names) {
          const code = codes.get(key(tenant, name));
          const used = customerUses.get(useOf(name)) ?? 0;
          const over = code === undefined || (code.limit !== null && code.redeemed >= code.limit);
          if (over || (code.perCustomer !== null && used >= code.perCustomer))
            return { status: 'exhausted', code: name };
        }
        const count = (by: 1 | -1) => {
          for (const name of names) {
            const code = codes.get(key(tenant, name));
            if (code !== undefined && code.limit !== null) addRedeemed(key(tenant, name), by);
            if (code !== undefined && code.perCustomer !== null) {
              customerUses.set(useOf(name), (customerUses.get(useOf(name)) ?? 0) + by);
            }
          }
        };
        count(1);
        redemptions.set(key(tenant, orderId), { state: 'redeemed', undo: () => count(-1) });
        return { status: 'redeemed' };
      },
      unredeem: async (tenant, orderId) => {
        const earlier = redemptions.get(key(tenant, orderId));
        if (earlier?.state === 'redeemed') earlier.undo();
        redemptions.set(key(tenant, orderId), { state: 'released', undo: () => undefined });
      },
    },
  };
};
