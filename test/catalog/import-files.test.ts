import { describe, expect, test } from 'vitest';
import { importingShop } from './import-fixtures.ts';
import { SHOP } from './fixtures.ts';

/** The older column set of Shopify's exports. */
const OLDER =
  'Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,Option3 Value,' +
  'Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Fulfillment Service,' +
  'Variant Price,Variant Compare At Price,Variant Requires Shipping,Variant Taxable,Variant Barcode,Image Src,Image Position,' +
  'Image Alt Text,Gift Card,SEO Title,SEO Description,Google Shopping / Gender,Variant Image,Variant Weight Unit,Variant Tax Code';
/** The newer one. */
const NEWER =
  'Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,' +
  'Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Fulfillment Service,Variant Price,' +
  'Variant Compare At Price,Variant Requires Shipping,Variant Taxable,Variant Barcode,Status';

/** A row of a file with these columns from some named cells. */
const row = (header: string, cells: Readonly<Record<string, string>>): string =>
  header
    .split(',')
    .map((name) => `"${(cells[name] ?? '').replaceAll('"', '""')}"`)
    .join(',');
const file = (header: string, ...rows: readonly Readonly<Record<string, string>>[]): string =>
  [header, ...rows.map((cells) => row(header, cells))].join('\r\n');

const imported = async (text: string | Buffer, options?: Parameters<typeof importingShop>[0]) => {
  const shop = importingShop(options);
  const job = await shop.import(text);
  const failed = (await shop.rows(job.id, { outcome: 'failed' })).items.map(({ line, code }) => [line, code]);
  return { shop, job, failed };
};
const mug = { Handle: 'mug', Title: 'Mug', 'Variant Price': '12.50' };
const SMALL = 'Handle,Title,Variant Price';

describe('a file with the older columns', () => {
  const cells = {
    'Option1 Name': 'Size',
    'Variant Requires Shipping': 'true',
    'Variant Taxable': 'false',
    'Variant Inventory Qty': '1',
    'Variant Inventory Policy': 'continue',
    'Variant Weight Unit': 'kg',
    'Variant Grams': '250',
  };
  const first = {
    ...cells,
    Handle: 'Varsity-Top',
    Title: 'Varsity Top',
    'Body (HTML)': '<p>Warm,\nsoft</p>',
    Vendor: 'Loom',
    Type: 'Tops',
    Tags: 'women, warm , women',
    Published: 'true',
    'Option1 Value': 'Small',
    'Variant SKU': 'VT-S',
    'Variant Price': '60',
    'Variant Compare At Price': '75.00',
    'Image Src': 'https://example.com/2.jpg',
    'Image Position': '2',
    'Image Alt Text': 'From behind',
    'SEO Title': 'Top',
    'Gift Card': 'false',
    'Google Shopping / Gender': 'Female',
  };
  const second = { ...cells, Handle: 'varsity-top', 'Option1 Value': 'Large', 'Variant Price': '62.5' };
  const picture = { Handle: 'varsity-top', 'Image Src': 'https://example.com/1.jpg', 'Image Position': '1' };

  test('makes one product of its rows: variants, pictures in their order, unknown columns kept', async () => {
    const { shop, job, failed } = await imported(file(OLDER, first, second, picture));
    expect(failed).toEqual([]);
    expect(job.progress).toMatchObject({ rows: 3, products: 1, created: 1 });
    const product = await shop.product('varsity-top');
    expect(product).toMatchObject({
      title: 'Varsity Top',
      status: 'active',
      descriptionHtml: '<p>Warm,\nsoft</p>',
      vendor: 'Loom',
      type: 'Tops',
      tags: ['women', 'warm'],
      options: ['Size'],
      media: [
        { url: 'https://example.com/1.jpg', alt: '' },
        { url: 'https://example.com/2.jpg', alt: 'From behind' },
      ],
      seo: { title: 'Top', description: null },
      metadata: { 'Gift Card': 'false', 'Google Shopping / Gender': 'Female' },
    });
    expect(product.variants).toMatchObject([
      {
        sku: 'VT-S',
        values: ['Small'],
        prices: [{ currency: 'EUR', amount: 6000, compareAt: 7500 }],
        weightGrams: 250,
        taxable: false,
        metadata: { 'Variant Weight Unit': 'kg' },
      },
      { sku: null, values: ['Large'], prices: [{ currency: 'EUR', amount: 6250, compareAt: null }] },
    ]);
  });

  test('without an inventory tracker sells untracked', async () => {
    const { shop } = await imported(file(OLDER, first, second));
    const lines = shop.stock.flatMap((call) => call.lines);
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toMatchObject({ tracked: false, policy: 'continue', quantity: 1 });
  });

  test('that is not published makes a draft', async () => {
    const { shop } = await imported(file(OLDER, { ...first, Published: 'FALSE' }));
    expect((await shop.product('varsity-top')).status).toBe('draft');
  });
});

describe('a file with the newer columns', () => {
  const shorts = {
    ...mug,
    Handle: 'shorts',
    'Product Category': "Clothing > Women's Clothing > Shorts",
    Published: 'TRUE',
    'Option1 Name': 'Title',
    'Option1 Value': 'Default Title',
    'Variant Inventory Tracker': 'shopify',
    'Variant Inventory Qty': '168',
    'Variant Inventory Policy': 'deny',
    Status: 'active',
  };

  test('makes categories along the path, each once, and puts the product into all of them', async () => {
    const { shop } = await imported(
      file(NEWER, shorts, { ...shorts, Handle: 'skirt', 'Product Category': 'CLOTHING > Skirts' }, { ...mug }),
    );
    const categories = (await shop.categories(SHOP).list(100, undefined)).items;
    const roots = categories.filter(({ parentId }) => parentId === null);
    expect(categories.map(({ name }) => name).toSorted()).toEqual(['Clothing', 'Shorts', 'Skirts', "Women's Clothing"]);
    expect(roots.map(({ name }) => name)).toEqual(['Clothing']);
    const [root] = roots;
    const inRoot = await shop
      .products(SHOP)
      .list(
        { statuses: ['active'], sort: 'created', ...(root === undefined ? {} : { categoryId: root.id }) },
        10,
        undefined,
      );
    expect(inRoot.items.map(({ slug }) => slug).toSorted()).toEqual(['shorts', 'skirt']);
    expect((await shop.product('shorts')).categoryIds).toHaveLength(3);
    expect((await shop.product('mug')).categoryIds).toEqual([]);
  });

  test.each([
    ['active', 'TRUE', 'active'],
    ['active', 'FALSE', 'draft'],
    ['draft', 'TRUE', 'draft'],
    ['archived', '', 'archived'],
    ['', 'TRUE', 'active'],
    ['ACTIVE', '', 'active'],
  ])('with status %j, published %j makes it %s', async (status, published, expected) => {
    const { shop } = await imported(file(NEWER, { ...shorts, Status: status, Published: published }));
    expect((await shop.product('shorts')).status).toBe(expected);
  });

  test('has no options for Shopify’s Default Title', async () => {
    const { shop } = await imported(file(NEWER, shorts));
    const product = await shop.product('shorts');
    expect(product.options).toEqual([]);
    expect(product.variants[0]?.values).toEqual([]);
  });

  test('in a dry run makes no category', async () => {
    const shop = importingShop();
    const job = await shop.import(file(NEWER, shorts), true);
    expect(job.progress.created).toBe(1);
    expect((await shop.categories(SHOP).list(10, undefined)).items).toEqual([]);
  });
});

describe('prices', () => {
  test.each([
    ['38.23', 'EUR', 3823],
    ['1.005', 'EUR', undefined],
    ['4.35', 'EUR', 435],
    ['0.1', 'EUR', 10],
    ['19.990', 'EUR', 1999],
    ['500', 'JPY', 500],
    ['500.00', 'JPY', 500],
    ['500.5', 'JPY', undefined],
    ['1.234', 'KWD', 1234],
    ['999999999.99', 'EUR', 99_999_999_999],
    ['1000000000.01', 'EUR', undefined],
    ['-1', 'EUR', undefined],
    ['1,50', 'EUR', undefined],
    ['1e3', 'EUR', undefined],
    ['=1+1', 'EUR', undefined],
  ])('%s %s are %s minor units', async (price, currency, amount) => {
    const text = file(SMALL, { ...mug, 'Variant Price': price });
    const { shop, failed } = await imported(text, { currencies: [currency] });
    if (amount === undefined) expect(failed).toEqual([[2, 'invalid_price']]);
    else expect((await shop.product('mug')).variants[0]?.prices).toEqual([{ currency, amount, compareAt: null }]);
  });

  test('in other currencies of the shop, and texts in its other languages, have columns of their own', async () => {
    const header = `${SMALL},Price / JPY,Compare At Price / JPY,Price / USD,Title / de,Body (HTML) / de,Title / fr`;
    const { shop } = await imported(
      file(header, {
        ...mug,
        'Price / JPY': '1900',
        'Compare At Price / JPY': '2000',
        'Price / USD': '13',
        'Title / de': 'Becher',
        'Body (HTML) / de': 'Rund',
        'Title / fr': 'Tasse',
      }),
    );
    const product = await shop.product('mug');
    expect(product.variants[0]?.prices).toEqual([
      { currency: 'EUR', amount: 1250, compareAt: null },
      { currency: 'JPY', amount: 1900, compareAt: 2000 },
    ]);
    expect(product.translations).toMatchObject({ de: { title: 'Becher', descriptionHtml: 'Rund' } });
    expect(Object.keys(product.translations)).toEqual(['de']);
    expect(product.metadata).toEqual({ 'Price / USD': '13', 'Title / fr': 'Tasse' });
  });

  test('by hand in a currency that the file does not know survive an import', async () => {
    const { shop } = await imported(file(SMALL, mug));
    const before = await shop.product('mug');
    const [variant] = before.variants;
    if (variant === undefined) throw new Error('no variant');
    const jpy = { ...variant.prices[0], currency: 'JPY', amount: 1, compareAt: null };
    const priced = { ...variant, prices: [...variant.prices, jpy] };
    const after = { ...before, revision: 2, variants: [{ ...priced, version: 2 }] };
    await shop.products(SHOP).apply([{ before, after: structuredClone(after) as typeof before }]);
    await shop.import(file(SMALL, { ...mug, 'Variant Price': '13' }));
    const amounts = (await shop.product('mug')).variants[0]?.prices.map(({ currency, amount }) => [currency, amount]);
    expect(amounts).toEqual([
      ['EUR', 1300],
      ['JPY', 1],
    ]);
  });
});

describe('a file that cannot be used', () => {
  test.each([
    ['has empty lines only', '\r\n\r\n', 'empty_file', null],
    ['lacks columns', 'Handle,Name\nmug,Mug', 'missing_columns', 1],
    ['has a column twice', 'Handle,Title,Variant Price,TITLE\nmug,Mug,1,x', 'duplicate_columns', 1],
    ['is UTF-16', Buffer.from(`\uFEFF${SMALL}\n`, 'utf16le'), 'not_utf8', 1],
    [
      'is Latin-1 somewhere',
      Buffer.concat([Buffer.from(`${SMALL}\nmug,"Two\nlines",1\ncup,C`), Buffer.from([0xfc]), Buffer.from('p,2\n')]),
      'not_utf8',
      4,
    ],
  ])('because it %s fails as a whole and says where', async (_, bytes, code, line) => {
    const shop = importingShop();
    const job = await shop.import(bytes);
    expect(job.status).toBe('failed');
    expect(job.failure).toMatchObject({ code, line });
    expect(job.progress.products).toBe(0);
    expect(await shop.listed()).toEqual([]);
  });

  test('because it is not the announced one', async () => {
    const shop = importingShop();
    for (const other of [file(SMALL, { ...mug, Title: 'Mag' }), `${file(SMALL, mug)}\n`]) {
      const id = await shop.announce(file(SMALL, mug));
      shop.put(id, Buffer.from(other));
      await shop.start(id);
      expect((await shop.workflow(id, 1)).failure?.code).toBe('upload_damaged');
    }
    expect(await shop.listed()).toEqual([]);
  });

  test('can be replaced and the import started again', async () => {
    const shop = importingShop();
    const id = await shop.announce(file(SMALL, mug));
    shop.put(id, Buffer.from('x'));
    await shop.start(id);
    await shop.workflow(id, 1);
    shop.put(id, Buffer.from(file(SMALL, mug)));
    await shop.start(id);
    expect(await shop.workflow(id, 2)).toMatchObject({ status: 'completed', failure: null, progress: { created: 1 } });
  });
});

describe('a broken row', () => {
  test('is reported with its line, and the rest of the file is imported', async () => {
    const text = [
      SMALL,
      'a,A,1',
      'b,B,1,too many',
      'c,C,free',
      'd,,1',
      ',No handle,1',
      'e,"Never closed,1',
      'f,F,1',
      'bad handle!,G,1',
      'h,"H"x,1',
      'i,"=HYPERLINK(""http://x"")",1',
    ].join('\n');
    const { shop, failed, job } = await imported(text);
    expect(failed).toEqual([
      [3, 'column_count'],
      [4, 'invalid_price'],
      [5, 'product_failed'],
      [6, 'handle_missing'],
      [7, 'text_after_quote'],
      [9, 'invalid_handle'],
      [10, 'text_after_quote'],
    ]);
    expect((await shop.listed()).map(({ slug }) => slug).toSorted()).toEqual(['a', 'f', 'i']);
    expect((await shop.product('i')).title).toBe('=HYPERLINK("http://x")');
    expect(job).toMatchObject({ status: 'completed', progress: { rows: 10, created: 3 } });
  });

  test('takes its whole product with it, so that no variant is lost by a slip of the pen', async () => {
    const header = `${SMALL},Option1 Name,Option1 Value,Variant SKU`;
    const variant = (value: string, price: string) => ({
      ...mug,
      'Option1 Name': 'Size',
      'Option1 Value': value,
      'Variant Price': price,
    });
    const { shop } = await imported(file(header, variant('S', '1'), variant('M', '2')));
    const job = await shop.import(file(header, variant('S', '5'), variant('M', 'two')));
    expect((await shop.rows(job.id)).items).toMatchObject([
      { line: 2, outcome: 'failed', code: 'product_failed' },
      { line: 3, outcome: 'failed', code: 'invalid_price' },
    ]);
    expect((await shop.product('mug')).variants.map(({ prices }) => prices[0]?.amount)).toEqual([100, 200]);
  });

  test.each([
    [{ 'Variant Inventory Tracker': 'shopify', 'Variant Inventory Qty': '-5' }, 'invalid_quantity'],
    [{ 'Variant Inventory Tracker': 'shopify', 'Variant Inventory Qty': '1.5' }, 'invalid_quantity'],
    [{ 'Variant Inventory Policy': 'maybe' }, 'invalid_policy'],
    [{ 'Variant Grams': 'heavy' }, 'invalid_weight'],
    [{ 'Variant Taxable': 'perhaps' }, 'invalid_value'],
    [{ 'Image Src': 'javascript:alert(1)' }, 'invalid_image'],
    [{ Published: 'yes' }, 'invalid_published'],
    [{ 'Variant Price': '', 'Variant SKU': 'A' }, 'price_missing'],
    [{ 'Option1 Name': 'Size' }, 'option_value_missing'],
    [{ Title: 'x'.repeat(300) }, 'invalid_title'],
    [{ 'Body (HTML)': 'x'.repeat(60_000) }, 'invalid_descriptionHtml'],
    [{ Handle: 'ab#c' }, 'invalid_handle'],
  ])('with %j is %s', async (cells, code) => {
    const { failed } = await imported(file(OLDER, { ...mug, ...cells }));
    expect(failed).toEqual([[2, code]]);
  });

  test('is one that repeats options or a SKU, or belongs to a product further up', async () => {
    const header = `${SMALL},Option1 Name,Option1 Value,Variant SKU`;
    const size = (value: string, sku: string) => ({
      ...mug,
      'Option1 Name': 'Size',
      'Option1 Value': value,
      'Variant SKU': sku,
    });
    const text = file(
      header,
      size('S', 'A'),
      { ...size('S', 'B'), Handle: 'cup' },
      { ...size('s', 'C'), Handle: 'cup' },
      { ...size('S', 'D'), Handle: 'pot' },
      { ...size('M', 'D'), Handle: 'pot' },
      size('M', 'E'),
      { ...size('S', 'A'), Handle: 'jug' },
    );
    const { failed, shop } = await imported(text);
    expect(failed).toEqual([
      [3, 'product_failed'],
      [4, 'options_repeated'],
      [5, 'product_failed'],
      [6, 'sku_repeated'],
      [7, 'handle_repeated'],
      [8, 'sku_taken'],
    ]);
    expect((await shop.listed()).map(({ slug }) => slug)).toEqual(['mug']);
  });

  test('of more than 100 variants is refused as a product; 100 are imported', async () => {
    const header = `${SMALL},Option1 Name,Option1 Value,Variant SKU`;
    const variants = (count: number) =>
      Array.from({ length: count }, (_, at) => ({
        ...mug,
        'Option1 Name': 'No',
        'Option1 Value': `${at}`,
        'Variant SKU': `M${at}`,
      }));
    expect((await imported(file(header, ...variants(101)))).failed[0]).toEqual([2, 'too_many_variants']);
    expect((await imported(file(header, ...variants(100)))).failed).toEqual([]);
    expect((await imported(file(header, ...variants(300)))).failed[0]).toEqual([2, 'too_many_rows']);
  });
});

describe('a file of any form', () => {
  test.each([
    ['with a byte-order mark', (text: string) => `\uFEFF${text}`],
    ['with line feeds only', (text: string) => text.replaceAll('\r\n', '\n')],
    ['with an empty last line', (text: string) => `${text}\r\n\r\n`],
    ['with other letter case and order of columns', () => 'VARIANT PRICE, title ,HANDLE\r\n12.50,Mug,mug'],
  ])('%s means the same', async (_, change) => {
    const { shop, failed } = await imported(change(file(SMALL, mug)));
    expect(failed).toEqual([]);
    expect(await shop.product('mug')).toMatchObject({ title: 'Mug', variants: [{ prices: [{ amount: 1250 }] }] });
  });
});

describe('a later file', () => {
  test('takes away variants that it does not have, and keeps the ids of those that it has', async () => {
    const header = `${SMALL},Option1 Name,Option1 Value,Variant SKU`;
    const size = (value: string, sku: string) => ({
      ...mug,
      'Option1 Name': 'Size',
      'Option1 Value': value,
      'Variant SKU': sku,
    });
    const { shop } = await imported(file(header, size('S', 'A'), size('M', 'B'), size('L', 'C')));
    const before = (await shop.product('mug')).variants.map(({ id }) => id);
    await shop.import(file(header, size('L', 'C'), size('Medium', 'B'), size('XL', 'D')));
    const after = (await shop.product('mug')).variants;
    expect(after.map(({ values }) => values[0])).toEqual(['L', 'Medium', 'XL']);
    expect(after.slice(0, 2).map(({ id }) => id)).toEqual([before[2], before[1]]);
    expect(before).not.toContain(after[2]?.id);
  });

  test('clears what its cells leave empty and keeps what it has no columns for', async () => {
    const full = file(`${SMALL},Vendor,Tags,Extra`, { ...mug, Vendor: 'Kiln', Tags: 'a,b', Extra: 'kept' });
    const { shop } = await imported(full);
    await shop.import(file(`${SMALL},Vendor,More`, { ...mug, More: 'new' }));
    expect(await shop.product('mug')).toMatchObject({
      vendor: '',
      tags: ['a', 'b'],
      metadata: { Extra: 'kept', More: 'new' },
    });
  });
});
