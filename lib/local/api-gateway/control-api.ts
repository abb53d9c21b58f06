import { randomBytes } from 'node:crypto';
import { AwsError, notImplemented } from '../aws-error.ts';
import type { Clock } from '../clock.ts';
import type { Account, AwsService, Iam, Principal, State, Weather } from '../contracts.ts';
import type { JsonObject } from '../json.ts';
import { operationInput, type OperationInput } from '../operation-input.ts';
import type { Api, Apis } from './apis.ts';
import { periodOf, type UsagePlan, type UsagePlans } from './usage-plans.ts';
import type { ApiKey, KeyStore } from './key-store.ts';

type Operation = (input: JsonObject, principal: Principal) => Promise<unknown>;

/** Key and plan ids are as long as API Gateway's, and in alphabetical order of nothing. */
const newId = (): string =>
  BigInt(`0x${randomBytes(8).toString('hex')}`)
    .toString(36)
    .padStart(10, '0')
    .slice(0, 10);

const newValue = (): string => randomBytes(30).toString('base64url');

const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);

const notFound = (what: string): AwsError =>
  new AwsError('NotFoundException', `Invalid ${what} identifier specified`, 404);

const badRequest = (message: string): AwsError => new AwsError('BadRequestException', message, 400);

const describeKey = (key: ApiKey, withValue: boolean) => ({
  id: key.id,
  ...(withValue ? { value: key.value } : {}),
  name: key.name,
  description: key.description,
  enabled: key.enabled,
  createdDate: seconds(key.createdAt),
  lastUpdatedDate: seconds(key.updatedAt),
  stageKeys: [],
});

const describePlan = (plan: UsagePlan) => ({
  id: plan.id,
  name: plan.name,
  apiStages: plan.stages.map(({ apiId, stage }) => ({ apiId, stage })),
  ...(plan.throttle === undefined
    ? {}
    : { throttle: { rateLimit: plan.throttle.rate, burstLimit: plan.throttle.burst } }),
  ...(plan.quota === undefined ? {} : { quota: { limit: plan.quota.limit, offset: 0, period: plan.quota.period } }),
});

const describeApi = (api: Api) => ({
  id: api.id,
  name: api.name,
  apiKeySource: api.body.apiKeySource,
  binaryMediaTypes: api.body.binaryMediaTypes,
});

const limitOf = (read: OperationInput): number => {
  const limit = read.optionalNumber('limit') ?? 25;
  if (limit < 1 || limit > 500) throw badRequest('limit must be between 1 and 500');
  return limit;
};

/** A page of what is sorted by id; the position is the last id that was given. */
const pageOf = <T extends { readonly id: string }, View>(
  found: readonly T[],
  limit: number,
  view: (one: T) => View,
) => {
  const page = found.slice(0, limit);
  return { item: page.map(view), ...(found.length > limit ? { position: page.at(-1)?.id } : {}) };
};

/** API Gateway's own API, in the shapes of its wire format (lists are called `item`), bounded to keys and plans. */
export const createControlApi = (deps: {
  readonly account: Account;
  readonly iam: Iam;
  readonly state: State;
  readonly weather: Weather;
  readonly clock: Clock;
  readonly apis: Apis;
  readonly store: KeyStore;
  readonly plans: UsagePlans;
}): AwsService => {
  const { account, iam, state, clock, apis, store, plans } = deps;

  const allow = (principal: Principal, method: string, path: string): void =>
    iam.authorize({
      principal,
      action: `apigateway:${method}`,
      resource: `arn:aws:apigateway:${account.region}::${path}`,
    });

  const keyOf = (id: string): ApiKey => {
    const key = store.find(id);
    if (key === undefined) throw notFound('API Key');
    return key;
  };

  const planOf = (id: string): UsagePlan => {
    const plan = plans.find(id);
    if (plan === undefined) throw notFound('Usage Plan');
    return plan;
  };

  const write = async <T>(work: () => T): Promise<T> => {
    try {
      return await state.commit(work);
    } finally {
      plans.changed();
    }
  };

  const operations: Readonly<Record<string, Operation>> = {
    CreateApiKey: async (input, principal) => {
      const known = ['name', 'description', 'enabled', 'generateDistinctId', 'value', 'tags'];
      const read = operationInput('apigateway:CreateApiKey', input, known);
      allow(principal, 'POST', '/apikeys');
      const value = read.optionalText('value') ?? newValue();
      if (value.length < 20 || value.length > 128) throw badRequest('API Key value should be at least 20 characters');
      const now = clock.now();
      const key: ApiKey = {
        id: newId(),
        value,
        name: read.optionalText('name'),
        description: read.optionalText('description'),
        enabled: read.optionalFlag('enabled') ?? false,
        createdAt: now,
        updatedAt: now,
      };
      await write(() => {
        if (store.byValue(value) !== undefined) throw new AwsError('ConflictException', 'API Key already exists', 409);
        store.insert(key);
      });
      return describeKey(key, true);
    },
    GetApiKey: async (input, principal) => {
      const read = operationInput('apigateway:GetApiKey', input, ['apiKey', 'includeValue']);
      const id = read.text('apiKey');
      allow(principal, 'GET', `/apikeys/${id}`);
      return describeKey(keyOf(id), read.optionalFlag('includeValue') ?? false);
    },
    GetApiKeys: async (input, principal) => {
      const known = ['position', 'limit', 'nameQuery', 'includeValues'];
      const read = operationInput('apigateway:GetApiKeys', input, known);
      allow(principal, 'GET', '/apikeys');
      const limit = limitOf(read);
      const found = store.list(read.optionalText('position') ?? '', read.optionalText('nameQuery'), limit + 1);
      const withValues = read.optionalFlag('includeValues') ?? false;
      return pageOf(found, limit, (key) => describeKey(key, withValues));
    },
    UpdateApiKey: async (input, principal) => {
      const read = operationInput('apigateway:UpdateApiKey', input, ['apiKey', 'patchOperations']);
      const id = read.text('apiKey');
      allow(principal, 'PATCH', `/apikeys/${id}`);
      keyOf(id);
      for (const { op, path, value } of read.optionalObjects('patchOperations') ?? []) {
        if (op !== 'replace' || path !== '/enabled' || (value !== 'true' && value !== 'false')) {
          throw notImplemented(`the patch operation ${String(op)} of ${String(path)} of an API key`);
        }
        await write(() => store.enable(id, value === 'true', clock.now()));
      }
      return describeKey(keyOf(id), false);
    },
    DeleteApiKey: async (input, principal) => {
      const id = operationInput('apigateway:DeleteApiKey', input, ['apiKey']).text('apiKey');
      allow(principal, 'DELETE', `/apikeys/${id}`);
      keyOf(id);
      await write(() => store.remove(id));
      return undefined;
    },
    CreateUsagePlanKey: async (input, principal) => {
      const read = operationInput('apigateway:CreateUsagePlanKey', input, ['usagePlanId', 'keyId', 'keyType']);
      const plan = read.text('usagePlanId');
      const id = read.text('keyId');
      allow(principal, 'POST', `/usageplans/${plan}/keys`);
      if (read.text('keyType') !== 'API_KEY') throw badRequest('keyType must be API_KEY');
      planOf(plan);
      const key = keyOf(id);
      await write(() => {
        const mine = new Set(planOf(plan).stages.map(({ apiId, stage }) => `${apiId} ${stage}`));
        for (const other of store.plansOf(id)) {
          if (other === plan) throw new AwsError('ConflictException', 'Usage Plan Key already exists', 409);
          const shared = plans.find(other)?.stages.some(({ apiId, stage }) => mine.has(`${apiId} ${stage}`)) === true;
          if (shared) {
            throw new AwsError('ConflictException', 'An API Key cannot be in two usage plans with the same stage', 409);
          }
        }
        store.join(plan, id);
      });
      return { id, type: 'API_KEY', value: key.value, name: key.name };
    },
    GetUsagePlanKey: async (input, principal) => {
      const read = operationInput('apigateway:GetUsagePlanKey', input, ['usagePlanId', 'keyId']);
      const plan = read.text('usagePlanId');
      const id = read.text('keyId');
      allow(principal, 'GET', `/usageplans/${plan}/keys/${id}`);
      planOf(plan);
      if (!store.plansOf(id).includes(plan)) throw notFound('Usage Plan Key');
      const key = keyOf(id);
      return { id, type: 'API_KEY', name: key.name };
    },
    GetUsagePlanKeys: async (input, principal) => {
      const read = operationInput('apigateway:GetUsagePlanKeys', input, ['usagePlanId', 'position', 'limit']);
      const plan = read.text('usagePlanId');
      allow(principal, 'GET', `/usageplans/${plan}/keys`);
      planOf(plan);
      const limit = limitOf(read);
      const found = store.keysOf(plan, read.optionalText('position') ?? '', limit + 1);
      return pageOf(found, limit, ({ id, name }) => ({ id, type: 'API_KEY', name }));
    },
    DeleteUsagePlanKey: async (input, principal) => {
      const read = operationInput('apigateway:DeleteUsagePlanKey', input, ['usagePlanId', 'keyId']);
      const plan = read.text('usagePlanId');
      const id = read.text('keyId');
      allow(principal, 'DELETE', `/usageplans/${plan}/keys/${id}`);
      planOf(plan);
      if (!store.plansOf(id).includes(plan)) throw notFound('Usage Plan Key');
      await write(() => store.leave(plan, id));
      return undefined;
    },
    GetUsagePlan: async (input, principal) => {
      const id = operationInput('apigateway:GetUsagePlan', input, ['usagePlanId']).text('usagePlanId');
      allow(principal, 'GET', `/usageplans/${id}`);
      return describePlan(planOf(id));
    },
    GetUsagePlans: async (input, principal) => {
      const read = operationInput('apigateway:GetUsagePlans', input, ['position', 'limit', 'keyId']);
      allow(principal, 'GET', '/usageplans');
      const keyId = read.optionalText('keyId');
      const position = read.optionalText('position') ?? '';
      const of = keyId === undefined ? undefined : store.plansOf(keyId);
      const found = plans.list().filter((plan) => plan.id > position && (of === undefined || of.includes(plan.id)));
      return pageOf(found, limitOf(read), describePlan);
    },
    GetUsage: async (input, principal) => {
      const read = operationInput('apigateway:GetUsage', input, ['usagePlanId', 'keyId', 'startDate', 'endDate']);
      const plan = planOf(read.text('usagePlanId'));
      const key = keyOf(read.text('keyId'));
      const [startDate, endDate] = [read.text('startDate'), read.text('endDate')];
      allow(principal, 'GET', `/usageplans/${plan.id}/usage`);
      const today = periodOf('DAY', clock.now());
      if (startDate !== today || endDate !== today) throw notImplemented('usage of other days than today');
      const used = plans.used(plan, key);
      const left = plan.quota === undefined ? -1 : plan.quota.limit - used;
      return { usagePlanId: plan.id, startDate, endDate, values: { [key.id]: [[used, left]] } };
    },
    GetRestApis: async (input, principal) => {
      const read = operationInput('apigateway:GetRestApis', input, ['position', 'limit']);
      allow(principal, 'GET', '/restapis');
      const position = read.optionalText('position') ?? '';
      const found = [...apis.list()].sort((a, b) => (a.id < b.id ? -1 : 1)).filter((api) => api.id > position);
      return pageOf(found, limitOf(read), describeApi);
    },
    GetRestApi: async (input, principal) => {
      const id = operationInput('apigateway:GetRestApi', input, ['restApiId']).text('restApiId');
      allow(principal, 'GET', `/restapis/${id}`);
      const api = apis.find(id);
      if (api === undefined) throw notFound('API');
      return describeApi(api);
    },
    GetStages: async (input, principal) => {
      const id = operationInput('apigateway:GetStages', input, ['restApiId']).text('restApiId');
      allow(principal, 'GET', `/restapis/${id}/stages`);
      const stage = apis.find(id)?.stage;
      if (apis.find(id) === undefined) throw notFound('API');
      return { item: stage === undefined ? [] : [{ stageName: stage.name, deploymentId: stage.deploymentId }] };
    },
  };

  return {
    signingName: 'apigateway',
    call: async (operation, input, principal) => {
      const serve = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
      if (serve === undefined) throw notImplemented(`apigateway:${operation}`);
      // The control plane allows few calls a second; a caller must retry.
      if (deps.weather.roll(0.05)) throw new AwsError('TooManyRequestsException', 'Too Many Requests', 429);
      return serve(input, principal);
    },
  };
};
