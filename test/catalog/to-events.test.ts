import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { toEvents } from '../../functions/catalog/to-events.ts';
import { productKey } from '../../functions/catalog/product-keys.ts';
import type { ProductState } from '../../functions/catalog/product-state.ts';
import { revise } from '../../functions/catalog/revise.ts';
import type { OutgoingEvent } from '../../lib/runtime/events.ts';
import { productNamed, revised, SHOP, stampAt, variantOf } from './fixtures.ts';

const item = (product: ProductState | undefined) =>
  product === undefined ? undefined : { ...productKey(product.id), ...product };
const between = (before: ProductState | undefined, after: ProductState | undefined) =>
  toEvents({ tenant: SHOP, before: item(before), after: item(after), expired: false });
const told = (before: ProductState | undefined, after: ProductState | undefined) =>
  between(before, after).map(({ detailType, envelope }) => [detailType, envelope.aggregateId, envelope.sequence]);
const tombstone = ({ id, version }: ProductState) => ({
  ...productKey(id),
  id,
  version: version + 1,
  deletedAt: '2026-03-05T10:00:00.000Z',
  actor: { type: 'staff', id: 'stf' },
  traceId: 'trace-of-deletion',
  ttl: 1,
});

const mug = productNamed('mug', { options: [{ name: 'Colour' }] });
const blue = variantOf(mug.id, 'blue', { values: ['blue'] });
const red = variantOf(mug.id, 'red', { values: ['red'] });

describe('the events of a product’s item', () => {
  test('tell of a new product and each of its variants', () => {
    const product = { ...mug, variants: [blue, red] };
    expect(told(undefined, product)).toEqual([
      ['ProductCreated.v1', mug.id, 1],
      ['VariantCreated.v1', blue.id, 1],
      ['VariantCreated.v1', red.id, 1],
    ]);
    const [, variant] = between(undefined, product);
    expect(variant?.envelope.detail).toMatchObject({
      productId: mug.id,
      title: 'Title of mug',
      productStatus: 'draft',
      options: [{ name: 'Colour', value: 'blue' }],
    });
  });

  test('tell of a variant’s change alone', () => {
    const before = { ...mug, variants: [blue, red] };
    const after = revised(before, { variants: [blue, { ...red, sku: 'R' }] });
    expect(told(before, after)).toEqual([['VariantUpdated.v1', red.id, 2]]);
  });

  test.each<[string, Partial<ProductState>]>([
    ['title', { title: 'Other' }],
    ['status', { status: 'active' }],
    ['tax category', { taxCategory: 'reduced' }],
    ['option names', { options: ['Farbe'] }],
  ])('tell all variants again when the product’s %s changes', (_, change) => {
    const before = { ...mug, variants: [blue, red] };
    expect(told(before, revised(before, change))).toEqual([
      ['ProductUpdated.v1', mug.id, 2],
      ['VariantUpdated.v1', blue.id, 2],
      ['VariantUpdated.v1', red.id, 2],
    ]);
  });

  test('tell no variant when something else of the product changes', () => {
    const before = { ...mug, variants: [blue] };
    expect(told(before, revised(before, { descriptionHtml: 'Round' }))).toEqual([['ProductUpdated.v1', mug.id, 2]]);
  });

  test('tell of a deleted variant and of a deleted product, in the name of who deleted', () => {
    const before = { ...mug, variants: [blue, red] };
    const after = revised(before, { variants: [red] });
    expect(told(before, after)).toEqual([['VariantDeleted.v1', blue.id, 2]]);
    const events = toEvents({ tenant: SHOP, before: item(after), after: tombstone(after), expired: false });
    expect(events.map(({ detailType, envelope }) => [detailType, envelope.sequence])).toEqual([
      ['VariantDeleted.v1', 2],
      ['ProductDeleted.v1', 2],
    ]);
    expect(events[0]?.envelope).toMatchObject({ actor: { id: 'stf' }, correlationId: 'trace-of-deletion' });
  });

  test('are none for other items, for a write that changed nothing, and when a tombstone expires', () => {
    expect(told(mug, mug)).toEqual([]);
    const other = { pk: 'slug#mug', sk: 'slug', productId: mug.id };
    expect(toEvents({ tenant: SHOP, before: undefined, after: other, expired: false })).toEqual([]);
    expect(toEvents({ tenant: SHOP, before: tombstone(mug), after: undefined, expired: true })).toEqual([]);
    expect(toEvents({ tenant: SHOP, before: tombstone(mug), after: tombstone(mug), expired: false })).toEqual([]);
  });

  test('stay below 64 kB, whatever the texts', () => {
    const translation = { title: 'T', descriptionHtml: 'ß'.repeat(20_000), seo: { title: null, description: null } };
    const media = Array.from({ length: 60 }, (_, at) => ({
      url: `https://example.com/${at}/${'x'.repeat(1900)}`,
      alt: '',
    }));
    for (const product of [
      { ...mug, descriptionHtml: 'ä'.repeat(40_000) },
      { ...mug, translations: { de: translation, fr: translation } },
      { ...mug, media },
    ]) {
      const [event] = between(undefined, product);
      expect(Buffer.byteLength(JSON.stringify(event?.envelope))).toBeLessThan(64_000);
      expect(event?.envelope.detail).toMatchObject({ shortened: true, title: 'Title of mug' });
    }
    expect(between(undefined, mug)[0]?.envelope.detail).toMatchObject({ shortened: false });
  });
});

test('whatever is done to a product, events are numbered 1, 2, 3 per aggregate, and the item alone tells the last of each again', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('title' as const), text: fc.constantFrom('a', 'b') }),
    fc.record({ do: fc.constant('vendor' as const), text: fc.constantFrom('a', 'b') }),
    fc.record({ do: fc.constant('add' as const), text: fc.constantFrom('x', 'y', 'z') }),
    fc.record({ do: fc.constant('remove' as const), text: fc.constantFrom('x', 'y', 'z') }),
    fc.record({ do: fc.constant('sku' as const), text: fc.constantFrom('x', 'y', 'z') }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const last = new Map<string, OutgoingEvent>();
      const essence = ({ detailType, envelope: { id, detail } }: OutgoingEvent) => ({ detailType, id, detail });
      const check = (before: ProductState | undefined, after: ProductState): void => {
        for (const event of between(before, after)) {
          const { envelope } = event;
          expect(envelope.sequence).toBe((last.get(envelope.aggregateId)?.envelope.sequence ?? 0) + 1);
          expect(envelope.id).toBe(`${envelope.aggregateId}:${envelope.sequence}`);
          last.set(envelope.aggregateId, event);
        }
        const again = between(undefined, after);
        expect(again).toHaveLength(1 + after.variants.length);
        for (const event of again) {
          const known = last.get(event.envelope.aggregateId);
          expect(essence(event)).toEqual(known === undefined ? undefined : essence(known));
        }
      };
      let product: ProductState = mug;
      check(undefined, product);
      for (const [index, { do: what, text }] of steps.entries()) {
        const known = (name: string) => product.variants.find((variant) => variant.values[0] === name);
        const found = known(text);
        const others = product.variants.filter((variant) => variant !== found);
        const draft: ProductState =
          what === 'title'
            ? { ...product, title: text }
            : what === 'vendor'
              ? { ...product, vendor: text }
              : what === 'add' && found === undefined
                ? {
                    ...product,
                    variants: [...product.variants, variantOf(mug.id, `${text}${index}`, { values: [text] })],
                  }
                : what === 'remove'
                  ? { ...product, variants: others }
                  : what === 'sku' && found !== undefined
                    ? { ...product, variants: [...others, { ...found, sku: `sku ${index}` }] }
                    : product;
        const next = revise(product, draft, stampAt('2026-03-04T10:00:00.000Z'));
        if (next === undefined) continue;
        check(product, next);
        product = next;
      }
    }),
  );
});
