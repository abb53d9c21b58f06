import { createHash } from 'node:crypto';
import { cancelImport, cancelImportRoute } from '../../functions/catalog/cancel-import.ts';
import { checkImport } from '../../functions/catalog/check-import.ts';
import { createImport, createImportRoute } from '../../functions/catalog/create-import.ts';
import { failImport } from '../../functions/catalog/fail-import.ts';
import { getImport, getImportRoute } from '../../functions/catalog/get-import.ts';
import { categoryId, type ImportId, importId } from '../../functions/catalog/ids.ts';
import type { OpenCategoryStore } from '../../functions/catalog/category-store.ts';
import type { OpenImportStore, Uploads } from '../../functions/catalog/import-store.ts';
import type { OpenProductStore } from '../../functions/catalog/product-store.ts';
import { listImportRows, listImportRowsRoute } from '../../functions/catalog/list-import-rows.ts';
import { memoryImportStore } from '../../functions/catalog/memory-import-store.ts';
import { runImport } from '../../functions/catalog/run-import.ts';
import { startImport, startImportRoute } from '../../functions/catalog/start-import.ts';
import type { ApplyImport } from '../../functions/inventory/calls.ts';
import type { Callable } from '../../lib/runtime/call.ts';
import { secondsAfter } from '../../lib/runtime/clock.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import { asked, memoryCatalog, SHOP, tickingClock } from './fixtures.ts';

/** Files in memory, in chunks that cut rows anywhere. */
export const memoryUploads = () => {
  const files = new Map<string, Buffer>();
  const key = (tenant: TenantId, id: ImportId) => `${tenant} ${id}`;
  const uploads: Uploads = {
    grant: async (_tenant, _job, now) => ({
      method: 'PUT',
      url: 'memory:',
      headers: {},
      expiresAt: secondsAfter(now, 60),
    }),
    size: async (tenant, id) => files.get(key(tenant, id))?.length,
    read: async function* (tenant, id, start, end) {
      const file = files.get(key(tenant, id)) ?? Buffer.alloc(0);
      for (let at = start; at < end; at += 1009) yield file.subarray(at, Math.min(at + 1009, end));
    },
  };
  return { uploads, put: (id: ImportId, bytes: Buffer, tenant = SHOP) => void files.set(key(tenant, id), bytes) };
};

type StockCall = Parameters<Callable<typeof ApplyImport>>[1];

interface ShopOptions {
  /** In memory unless given. */
  readonly products?: OpenProductStore;
  readonly categories?: OpenCategoryStore;
  readonly imports?: OpenImportStore;
  /** Made to throw by tests that cut a run off. */
  readonly beforeStock?: () => void;
  readonly beforeProducts?: () => void;
  readonly afterProducts?: () => void;
  readonly currencies?: string[];
}

/** A shop that imports: everything in memory, the workflow's steps done by hand. */
export const importingShop = (options: ShopOptions = {}) => {
  const memory = memoryCatalog();
  const catalog = {
    products: options.products ?? memory.products,
    categories: options.categories ?? memory.categories,
  };
  const imports = options.imports ?? memoryImportStore();
  const { uploads, put } = memoryUploads();
  const now = tickingClock();
  const stock: StockCall[] = [];
  const started: string[] = [];
  const products: typeof catalog.products = (tenant) => {
    const store = catalog.products(tenant);
    return {
      ...store,
      apply: async (changes) => {
        options.beforeProducts?.();
        const outcomes = await store.apply(changes);
        options.afterProducts?.();
        return outcomes;
      },
    };
  };
  let ids = 0;
  const newCategoryId = () => categoryId.derive(`${(ids += 1)}`);
  const applyStock: Callable<typeof ApplyImport> = async (_, input) => {
    options.beforeStock?.();
    stock.push(input);
    return { status: 'applied', changed: input.lines.length };
  };
  const context = { tenant: SHOP, traceId: 'trace' };
  const work = runImport({
    imports,
    uploads,
    products,
    categories: catalog.categories,
    applyStock,
    newCategoryId,
    now,
  });
  const check = checkImport({ imports, uploads, now });
  let announced = 0;

  const announce = async (file: string | Buffer, put_ = true) => {
    const bytes = Buffer.from(file);
    announced += 1;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const body = { format: 'shopify', filename: 'file.csv', size: bytes.length, sha256 };
    const request = asked(createImportRoute, { body, key: `import-${announced}` });
    const caller = options.currencies
      ? { ...request.caller, settings: { ...request.caller.settings, currencies: options.currencies } }
      : request.caller;
    const { body: created } = await createImport({ imports, uploads, now })({ ...request, caller });
    const id = importId.schema.parse(created.id);
    if (put_) put(id, bytes);
    return id;
  };
  const start = (id: ImportId, dryRun = false) =>
    startImport({
      imports,
      uploads,
      now,
      startRun: async (_, job) => void started.push(`${job.id}-${job.run}`),
    })(asked(startImportRoute, { params: { importId: id }, body: { dryRun } }));
  const state = async (id: ImportId) => {
    const { body } = await getImport({ imports })(asked(getImportRoute, { params: { importId: id } }));
    return { ...body, id };
  };
  /** What the workflow does: check, then work until the run has ended. */
  const workflow = async (id: ImportId, run: number) => {
    let { status } = await check(context, { importId: id, run });
    while (status === 'continue') ({ status } = await work(context, { importId: id, run }));
    return state(id);
  };
  const rows = async (id: ImportId, query: Record<string, string> = {}) =>
    (
      await listImportRows({ imports })(
        asked(listImportRowsRoute, { params: { importId: id }, query: { limit: '100', ...query } }),
      )
    ).body;
  return {
    ...catalog,
    products,
    imports,
    stock,
    started,
    put,
    announce,
    start,
    check: (id: ImportId, run: number) => check(context, { importId: id, run }),
    work: (id: ImportId, run: number) => work(context, { importId: id, run }),
    workflow,
    state,
    rows,
    cancel: (id: ImportId) => cancelImport({ imports, now })(asked(cancelImportRoute, { params: { importId: id } })),
    fail: (id: ImportId, run: number) => failImport({ imports, now })(context, { importId: id, run }),
    /** From the file to the end of the run. */
    import: async (file: string | Buffer, dryRun = false) => {
      const id = await announce(file);
      await start(id, dryRun);
      return workflow(id, 1);
    },
    listed: async () => {
      const statuses = ['draft', 'active', 'archived'] as const;
      return (await catalog.products(SHOP).list({ statuses, sort: 'title' }, 1000, undefined)).items;
    },
    product: async (slug: string) => {
      const product = await catalog.products(SHOP).findBySlug(slug);
      if (product === undefined) throw new Error(`no product ${slug}`);
      return product;
    },
  };
};

const HEADER =
  'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Tracker,Variant Inventory Qty';
/** A file of products with one variant each; `change` replaces a row by its number. */
export const fileOf = (count: number, change: (row: string, at: number) => string = (row) => row): string =>
  [
    HEADER,
    ...Array.from({ length: count }, (_, at) =>
      change(`mug-${at},Mug ${at},Title,Default Title,MUG-${at},${at}.50,shopify,${at}`, at),
    ),
  ].join('\n');
