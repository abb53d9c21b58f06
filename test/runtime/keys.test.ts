import { describe, expect, it } from 'vitest';
import { tenantOfKey, tenantPrefix, withoutPrefix, withPrefix } from '../../lib/runtime/keys.ts';
import { tenantId } from '../../lib/runtime/tenant.ts';

const tenant = tenantId.derive('one');
const prefix = tenantPrefix(tenant);

describe('keys', () => {
  it('get the tenant before every partition attribute, and lose it again', () => {
    const item = { pk: 'product#1', sk: 'meta', gsi1pk: 'slug', gsi1sk: 'a', title: 'x' };
    const stored = withPrefix(prefix, item);
    expect(stored).toEqual({
      pk: `t#${tenant}#product#1`,
      sk: 'meta',
      gsi1pk: `t#${tenant}#slug`,
      gsi1sk: 'a',
      title: 'x',
    });
    expect(withoutPrefix(prefix, stored)).toEqual(item);
    expect(tenantOfKey(String(stored['pk']))).toBe(tenant);
  });

  it('of another tenant are an error, never an answer', () => {
    const other = tenantPrefix(tenantId.derive('two'));
    expect(() => withoutPrefix(prefix, withPrefix(other, { pk: 'product#1', sk: 'meta' }))).toThrow('another tenant');
    expect(() => withoutPrefix(prefix, { ...withPrefix(prefix, { pk: 'a', sk: 'b' }), gsi2pk: `${other}x` })).toThrow(
      'gsi2pk',
    );
  });

  it('of the system belong to no tenant', () => {
    expect(tenantOfKey('s#key#abc')).toBeUndefined();
  });
});
