import { AppError } from '../../lib/runtime/errors.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { CategoryPath, ResolvedPaths } from './import-categories.ts';
import type { RowProblem } from './import-cells.ts';
import type { Column } from './import-columns.ts';
import { type Draft, draftProduct, hashOfGroup, type Origin, type StockLine } from './import-draft.ts';
import type { Group } from './import-groups.ts';
import type { ImportJob, Outcome } from './import-job.ts';
import { type ImportedProduct, readProduct } from './import-product.ts';
import type { CategoryId, ProductId } from './ids.ts';
import { Slug } from './model.ts';
import type { ProductState } from './product-state.ts';
import type { ChangeOutcome, ProductStore } from './product-store.ts';
import { skusOf } from './product-keys.ts';
import type { Stamp } from './revise.ts';

/** What became of a product of the file. */
export interface GroupResult {
  readonly group: Group;
  readonly outcome: Outcome;
  readonly productId: ProductId | null;
  readonly problems: readonly RowProblem[];
}

export interface SliceDeps {
  readonly products: ProductStore;
  readonly resolve: (paths: readonly CategoryPath[]) => Promise<ResolvedPaths>;
  readonly setStock: (lines: readonly StockLine[]) => Promise<void>;
}

export interface SliceInput {
  readonly tenant: TenantId;
  readonly job: ImportJob;
  readonly columns: readonly Column[];
  readonly groups: readonly Group[];
  readonly repeated: ReadonlySet<number>;
  readonly stamp: Stamp;
}

/** A product that differs from the file, or is new. */
interface Pending {
  readonly group: Group;
  readonly imported: ImportedProduct;
  readonly origin: Origin;
  readonly current: ProductState | undefined;
}

const failed = (group: Group, code: string, message: string, productId: ProductId | null = null): GroupResult => ({
  group,
  outcome: 'failed',
  productId,
  problems: [{ line: group.rows[0]?.line ?? 0, code, message }],
});
const done = (group: Group, outcome: Outcome, productId: ProductId): GroupResult => ({
  group,
  outcome,
  productId,
  problems: [],
});

/** Compares a product of the file with what is there: a result already, or what is left to do. */
const examine = (
  group: Group,
  { tenant, job, columns, repeated }: SliceInput,
  current: ProductState | undefined,
): GroupResult | Pending => {
  const hash = hashOfGroup(group, columns, job);
  if (repeated.has(group.rows[0]?.line ?? 0)) {
    return failed(group, 'handle_repeated', 'The product is further up in the file. Put its rows together.');
  }
  if (current?.imported?.hash === hash) {
    const { imported } = current;
    const again = imported.job === job.id && imported.run === job.run && !job.dryRun;
    return done(group, again ? imported.outcome : 'unchanged', current.id);
  }
  const read = readProduct(group, columns, job);
  if (!read.ok) return { group, outcome: 'failed', productId: current?.id ?? null, problems: read.problems };
  return { group, imported: read.product, origin: { tenant, job: job.id, run: job.run, hash }, current };
};

const isPending = (one: GroupResult | Pending): one is Pending => 'imported' in one;

/** The categories of a product; in a dry run those that would be made stand for a change without having ids. */
const categoriesOf = ({ imported, current }: Pending, resolved: ResolvedPaths): readonly CategoryId[] | undefined =>
  imported.category === undefined ? undefined : (resolved(imported.category) ?? current?.categoryIds ?? []);

const refusedBy = (group: Group, outcome: ChangeOutcome): GroupResult => {
  if (outcome.outcome === 'slug_taken') {
    return failed(group, 'slug_taken', `The slug ${outcome.slug} leads to ${outcome.holder}.`);
  }
  if (outcome.outcome === 'sku_taken') {
    return failed(group, 'sku_taken', `The SKU ${outcome.sku} is a variant's of ${outcome.holder}.`);
  }
  throw new Error(`A change of ${group.handle} ended as ${outcome.outcome}`);
};

/** What a dry run can foresee of the write: SKUs that another product has. */
const foresee = async (products: ProductStore, drafts: readonly (Pending & { readonly draft: Draft })[]) => {
  const holders = await products.holdersOfSkus(drafts.flatMap(({ draft }) => (draft.after ? skusOf(draft.after) : [])));
  return drafts.map(({ draft }): ChangeOutcome => {
    const sku =
      draft.after && skusOf(draft.after).find((one) => (holders.get(one) ?? draft.after?.id) !== draft.after?.id);
    const holder = sku === undefined ? undefined : holders.get(sku);
    return sku === undefined || holder === undefined ? { outcome: 'saved' } : { outcome: 'sku_taken', sku, holder };
  });
};

const draftOne = (
  pending: Pending,
  resolved: ResolvedPaths,
  stamp: Stamp,
): GroupResult | (Pending & { draft: Draft }) => {
  const { group, origin, current, imported } = pending;
  try {
    const draft = draftProduct(origin, current, imported, categoriesOf(pending, resolved), stamp);
    if (draft.after === undefined && current !== undefined) return done(group, 'unchanged', current.id);
    return { ...pending, draft };
  } catch (error) {
    if (error instanceof AppError && error.status < 500) return failed(group, error.code, error.message);
    throw error;
  }
};

/** How often a product is looked at again that somebody else wrote at the same moment. */
const ROUNDS = 4;
const isLost = ({ outcome }: ChangeOutcome): boolean => outcome === 'stale' || outcome === 'exists';

/** One attempt at each of the groups: results, and the groups that lost against another write. */
const attempt = async (deps: SliceDeps, input: SliceInput, groups: readonly Group[]) => {
  const { job, stamp } = input;
  const handles = groups.flatMap(({ handle }) => (Slug.safeParse(handle).success ? [handle] : []));
  const existing = await deps.products.findManyBySlug([...new Set(handles)]);
  const examined = groups.map((group) => examine(group, input, existing.get(group.handle)));

  const paths = examined.flatMap((one) => (isPending(one) && one.imported.category ? [one.imported.category] : []));
  const resolved = await deps.resolve(paths);
  const drafted = examined.map((one) => (isPending(one) ? draftOne(one, resolved, stamp) : one));

  const changes = drafted.flatMap((one) => ('draft' in one ? [one] : []));
  const outcomes = job.dryRun ? await foresee(deps.products, changes) : await write(deps, changes);
  const lost: Group[] = [];
  const results = drafted.flatMap((one) => ('draft' in one ? [] : [one]));
  for (const [index, { group, draft, current }] of changes.entries()) {
    const outcome = outcomes[index] ?? { outcome: 'stale' };
    if (outcome.outcome === 'saved' && draft.after !== undefined) {
      results.push(done(group, current === undefined ? 'created' : 'updated', draft.after.id));
    } else if (isLost(outcome)) lost.push(group);
    else results.push(refusedBy(group, outcome));
  }
  return { results, lost };
};

/**
 * Works on some products of the file. Stock is set before the products are written: what is on sale is never without
 * its stock, and a run that stops in between does both again, for the same variants. A product that somebody else wrote
 * at the same moment is looked at again.
 */
export const importSlice = async (deps: SliceDeps, input: SliceInput): Promise<readonly GroupResult[]> => {
  const results: GroupResult[] = [];
  let left = input.groups;
  for (let round = 0; round < ROUNDS && left.length > 0; round += 1) {
    const attempted = await attempt(deps, input, left);
    results.push(...attempted.results);
    left = attempted.lost;
  }
  const message = 'The product was changed or deleted by somebody else at the same moment.';
  results.push(...left.map((group) => failed(group, 'changed_meanwhile', message)));
  const order = new Map(input.groups.map((group, index) => [group, index]));
  return results.sort((first, second) => (order.get(first.group) ?? 0) - (order.get(second.group) ?? 0));
};

const write = async (
  { products, setStock }: SliceDeps,
  changes: readonly (Pending & { readonly draft: Draft })[],
): Promise<readonly ChangeOutcome[]> => {
  const stock = changes.flatMap(({ draft }) => draft.stock);
  if (stock.length > 0) await setStock(stock);
  return products.apply(
    changes.flatMap(({ current, draft }) =>
      draft.after === undefined ? [] : [{ before: current, after: draft.after }],
    ),
  );
};
