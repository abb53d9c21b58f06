import { ConditionFailed, type Item, type OpenTenantDb } from '../../lib/runtime/db.ts';
import { temporarilyUnavailable } from '../../lib/runtime/errors.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import { rulesKey } from './keys.ts';
import { tooManyRules } from './model.ts';
import { MAX_RULES_BYTES, NO_RULES, Rules } from './rules.ts';
import type { RulesStore } from './store.ts';

const MAX_TRIES = 10;
const MAX_KEPT = 200;

/** Reads the rules item. A version's content never changes, so what was parsed is kept (bounded) per tenant. */
export const rulesReader = (): ((tenant: TenantId, item: Item | undefined) => Rules) => {
  const kept = new Map<TenantId, Rules>();
  return (tenant, item) => {
    if (item === undefined) return NO_RULES;
    const known = kept.get(tenant);
    if (known !== undefined && known.version === item['version']) return known;
    const rules = Rules.parse(item);
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(tenant, rules);
    return rules;
  };
};

export const dynamoRules = (db: OpenTenantDb): RulesStore => {
  const read = async (tenant: TenantId): Promise<Rules> => {
    const item = await db(tenant).get(rulesKey, { consistent: true });
    return item === undefined ? NO_RULES : Rules.parse(item);
  };
  return {
    read,
    change: async (tenant, decide) => {
      for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
        const before = await read(tenant);
        const { rules, result } = decide(before);
        if (rules === before) return result;
        const next = { ...rules, version: before.version + 1 };
        if (Buffer.byteLength(JSON.stringify(next)) > MAX_RULES_BYTES) {
          throw tooManyRules(`All tax rates, zones and promotions together may have ${MAX_RULES_BYTES} bytes.`);
        }
        try {
          await db(tenant).put(
            { ...rulesKey, ...next },
            before.version === 0
              ? { expression: 'attribute_not_exists(pk)' }
              : {
                  expression: '#version = :seen',
                  names: { '#version': 'version' },
                  values: { ':seen': before.version },
                },
          );
          return result;
        } catch (error) {
          if (!(error instanceof ConditionFailed)) throw error;
        }
      }
      throw temporarilyUnavailable('The rules are being changed by others. Try again in a moment.', { retryAfter: 1 });
    },
  };
};
