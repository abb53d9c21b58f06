import { category, draftProduct, product, stocked, subcategory, translated, ware } from './fixtures/catalog.ts';
import { arrivedUpload, begunUpload, partsUpload, storedFile } from './fixtures/files.ts';
import { announced, begun, imported, planned, uploaded } from './fixtures/imports.ts';
import { drainable, drainedNode, drainingNode } from './fixtures/drains.ts';
import { location, reservation } from './fixtures/inventory.ts';
import { activeNode, localNode, node } from './fixtures/nodes.ts';
import { address, customer, soleOwner, staff } from './fixtures/people.ts';
import { coupon, promotion, taxRate, usedCoupon, zone } from './fixtures/pricing.ts';
import { authorization, cart, confirmed, customerCart, draft, order, pending, provider } from './fixtures/sales.ts';
import {
  apiKey,
  fresh,
  onboarding,
  operator,
  publishable,
  secret,
  shop,
  tenant,
  tenantSecret,
} from './fixtures/shop.ts';
import type { Lookup } from './placeholders.ts';
import type { Fixture, Scene } from './scene.ts';

/** Every placeholder of the event files begins with one of these names. */
export const fixtures: Readonly<Record<string, Fixture<unknown>>> = {
  activeNode,
  address,
  announced,
  apiKey,
  arrivedUpload,
  authorization,
  begun,
  begunUpload,
  cart,
  category,
  confirmed,
  coupon,
  customer,
  customerCart,
  draft,
  draftProduct,
  drainable,
  drainedNode,
  drainingNode,
  fresh,
  imported,
  localNode,
  location,
  node,
  onboarding,
  operator,
  order,
  partsUpload,
  pending,
  planned,
  product,
  promotion,
  provider,
  publishable,
  reservation,
  secret,
  shop,
  soleOwner,
  staff,
  stocked,
  storedFile,
  subcategory,
  taxRate,
  tenant,
  tenantSecret,
  translated,
  uploaded,
  usedCoupon,
  ware,
  zone,
};

/** Looks placeholders up in the fixtures of a scene. */
export const lookupIn =
  (scene: Scene): Lookup =>
  async (path) => {
    const [name = '', ...members] = path.split('.');
    const wanted = fixtures[name];
    if (wanted === undefined) {
      throw new Error(`There is no fixture for \${${path}}. There are: ${Object.keys(fixtures).join(', ')}`);
    }
    let value: unknown = await scene.use(wanted);
    for (const member of members) value = Reflect.get(Object(value), member);
    if (value === undefined) throw new Error(`The fixture ${name} has no ${members.join('.')}`);
    return value;
  };
