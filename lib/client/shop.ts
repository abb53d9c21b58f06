import { createHash } from 'node:crypto';
import * as z from 'zod';
import { PERMISSIONS } from '../runtime/permissions.ts';
import { call, problemCode } from './expect-status.ts';
import type { ApiClient } from './http.ts';
import { until } from './until.ts';

export interface ShopPlan {
  readonly name: string;
  readonly slug: string;
  readonly plan?: string;
  readonly ownerEmail: string;
  readonly country: string;
  readonly currencies: readonly string[];
  readonly locales: readonly string[];
  readonly timeZone: string;
}

/** A shop that can be sold from: what its developers would keep in their configuration. */
export interface Shop extends ShopPlan {
  readonly tenantId: string;
  readonly secretKey: string;
  readonly publishableKey: string;
  /** The owner sets a password with it, once. */
  readonly ownerInvitation: string | undefined;
}

const Tenant = z.looseObject({
  id: z.string(),
  status: z.string(),
  steps: z.array(z.looseObject({ name: z.string(), status: z.string() })).optional(),
  ownerInvitation: z.looseObject({ token: z.string() }).nullish(),
});
const NewKey = z.looseObject({ id: z.string(), secret: z.string().nullable() });

/** A key is shown once: where the first answer was lost, its repetition has no secret, and another key is made. */
const createKey = async (api: ApiClient, path: string, credential: string, body: unknown): Promise<string> => {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const { secret } = await call(api, NewKey, 'POST', path, { credential, body });
    if (secret !== null) return secret;
  }
  throw new Error('No answer with a key arrived');
};

/** Onboards a shop through the public API and waits until it is active. `progress` hears of each step. */
export const onboardShop = async (
  api: ApiClient,
  operatorKey: string,
  plan: ShopPlan,
  progress: (message: string) => void = () => undefined,
): Promise<Shop> => {
  const { id } = await call(api, Tenant, 'POST', '/v1/tenants', {
    credential: operatorKey,
    body: { plan: 'growth', ...plan },
  });
  const tenant = await until(`${plan.slug} to be onboarded`, async () => {
    const state = await call(api, Tenant, 'GET', `/v1/tenants/${id}`, { credential: operatorKey });
    progress(
      `${plan.name}: ${state.status} ${(state.steps ?? []).filter((step) => step.status === 'done').length} steps done`,
    );
    if (state.status === 'failed') throw new Error(`Onboarding of ${plan.slug} failed: ${JSON.stringify(state.steps)}`);
    return state.status === 'active' ? state : undefined;
  });
  const secretKey = await createKey(api, `/v1/tenants/${id}/keys`, operatorKey, {
    kind: 'secret',
    permissions: [...PERMISSIONS],
  });
  const publishableKey = await createKey(api, '/v1/tenants/current/keys', secretKey, { kind: 'publishable' });
  return {
    ...plan,
    tenantId: id,
    secretKey,
    publishableKey,
    ownerInvitation: tenant.ownerInvitation?.token,
  };
};

export interface ShopRules {
  /** Standard rate in parts per million. */
  readonly taxRatePpm: number;
  /** One flat method for the shop's country: amount in minor units by currency. */
  readonly shipping: { readonly name: string; readonly amounts: Readonly<Record<string, number>> };
}

/** The id of the one method that `setUpRules` makes. */
export const SHIPPING_METHOD = 'parcel';

/** Gives a shop what a first sale needs beside a catalogue: a tax rate and a way of shipping. */
export const setUpRules = async (api: ApiClient, shop: Shop, rules: ShopRules): Promise<void> => {
  const credential = shop.secretKey;
  await call(api, z.unknown(), 'POST', '/v1/pricing/tax-rates', {
    credential,
    body: {
      name: 'Standard',
      category: 'standard',
      country: shop.country,
      ratePpm: rules.taxRatePpm,
      validFrom: '2000-01-01T00:00:00.000Z',
    },
  });
  await call(api, z.unknown(), 'POST', '/v1/pricing/shipping-zones', {
    credential,
    body: {
      name: shop.country,
      countries: [shop.country],
      methods: [
        {
          id: SHIPPING_METHOD,
          name: rules.shipping.name,
          amounts: Object.entries(rules.shipping.amounts).map(([currency, amount]) => ({ currency, amount })),
        },
      ],
    },
  });
};

const Import = z.looseObject({
  id: z.string(),
  status: z.string(),
  progress: z.looseObject({ rows: z.number() }).optional(),
  upload: z.looseObject({ url: z.string(), headers: z.record(z.string(), z.string()) }).nullish(),
});
export type ImportState = z.output<typeof Import>;
const ENDED = new Set(['completed', 'failed', 'cancelled']);

/** Imports a product CSV as a merchant would: register, upload by the presigned URL, start, wait for the end. */
export const importCatalogue = async (
  api: ApiClient,
  shop: Shop,
  csv: Buffer,
  options: {
    readonly filename?: string;
    readonly dryRun?: boolean;
    readonly timeoutMs?: number;
    readonly progress?: (state: ImportState) => void;
  } = {},
): Promise<ImportState> => {
  const credential = shop.secretKey;
  const sha256 = createHash('sha256').update(csv).digest('hex');
  const job = await call(api, Import, 'POST', '/v1/catalog/imports', {
    credential,
    body: { format: 'shopify', filename: options.filename ?? 'products.csv', size: csv.byteLength, sha256 },
  });
  if (job.upload === undefined || job.upload === null) throw new Error('The import has no upload URL');
  const uploaded = await fetch(job.upload.url, {
    method: 'PUT',
    headers: job.upload.headers,
    body: new Uint8Array(csv),
  });
  if (!uploaded.ok)
    throw new Error(`The upload was refused with ${uploaded.status}: ${(await uploaded.text()).slice(0, 300)}`);
  const started = await api.send('POST', `/v1/catalog/imports/${job.id}/start`, {
    credential,
    body: { dryRun: options.dryRun ?? false },
  });
  // Where the first answer was lost, the import may have ended before it was asked again.
  const isLate = started.repeated === true && problemCode(started) === 'import_finished';
  if (started.status !== 202 && !isLate) {
    throw new Error(`The import did not start: ${started.status} ${started.text.slice(0, 300)}`);
  }
  return until(
    'the import to end',
    async () => {
      const state = await call(api, Import, 'GET', `/v1/catalog/imports/${job.id}`, { credential });
      options.progress?.(state);
      return ENDED.has(state.status) ? state : undefined;
    },
    { timeoutMs: options.timeoutMs ?? 120_000, everyMs: 100 },
  );
};
