import { ConditionFailed, type OpenTenantDb } from '../../lib/runtime/db.ts';
import { rulesReader } from './dynamo-rules-store.ts';
import { codeKey, rulesKey, variantKey } from './keys.ts';
import { Code, PricedVariant } from './model.ts';
import type { PriceBook, VariantStore } from './store.ts';

/** One BatchGetItem for up to 100 keys: the rules, the variants' prices and the codes. */
export const dynamoPriceBook = (db: OpenTenantDb): PriceBook => {
  const readRules = rulesReader();
  return {
    factsFor: async (tenant, variantIds, codes) => {
      const items = await db(tenant).batchGet([rulesKey, ...variantIds.map(variantKey), ...codes.map(codeKey)]);
      const variants = new Map<string, PricedVariant>();
      const found = new Map<string, Code>();
      for (const item of items) {
        if (item['sk'] === 'price' && item['forgotten'] !== true) {
          const variant = PricedVariant.parse(item);
          variants.set(variant.variantId, variant);
        }
        if (String(item['pk']).startsWith('code#')) {
          const code = Code.parse(item);
          found.set(code.code, code);
        }
      }
      const rules = readRules(
        tenant,
        items.find((item) => item['pk'] === rulesKey.pk),
      );
      return { rules, variants, codes: found };
    },
  };
};

/** Events come twice, late and in any order: only a newer sequence replaces what is there. */
export const dynamoVariants = (db: OpenTenantDb): VariantStore => {
  const put = (
    tenant: Parameters<OpenTenantDb>[0],
    variantId: string,
    sequence: number,
    facts: Readonly<Record<string, unknown>>,
  ): Promise<void> =>
    db(tenant).put(
      { ...variantKey(variantId), ...facts, sequence },
      {
        expression: 'attribute_not_exists(pk) OR #sequence < :sequence',
        names: { '#sequence': 'sequence' },
        values: { ':sequence': sequence },
      },
    );
  const keepNewer: typeof put = async (...args) => {
    try {
      await put(...args);
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  };
  return {
    keep: (tenant, variant, sequence) => keepNewer(tenant, variant.variantId, sequence, variant),
    forget: (tenant, variantId, sequence) => keepNewer(tenant, variantId, sequence, { variantId, forgotten: true }),
  };
};
