/** A Shopify product CSV of `count` one-variant products with plenty of stock, the same at every call. */
export const generatedCatalogue = (count: number, pieces: number): Buffer => {
  const header =
    'Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Requires Shipping,Variant Taxable,Status';
  const rows = Array.from({ length: count }, (_, index) => {
    const number = String(index + 1).padStart(5, '0');
    const price = `${5 + (index % 90)}.${String((index * 7) % 100).padStart(2, '0')}`;
    return `item-${number},Item ${number},<p>Item number ${number} of a generated catalogue.</p>,Sample Works,Goods,"sample, item",TRUE,Title,Default Title,ITEM-${number},${100 + (index % 50) * 10},shopify,${pieces},deny,${price},TRUE,TRUE,active`;
  });
  return Buffer.from(`${[header, ...rows].join('\n')}\n`);
};
