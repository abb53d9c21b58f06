import { createHash } from 'node:crypto';
import type { ApiBody } from './api-body.ts';
import type { GatewayResponse, GatewayResponseType } from './gateway-response.ts';
import { createRouter, type Route, type Router } from './routes.ts';
import type { TokenBucket } from './token-bucket.ts';

/** A deployed stage of an API. */
export interface Stage {
  readonly name: string;
  readonly deploymentId: string;
  readonly variables: Readonly<Record<string, string>> | null;
  /** Requests a second and burst of each method; undefined: not throttled. */
  readonly throttle: { readonly rate: number; readonly burst: number } | undefined;
  /** By resource and method. */
  readonly buckets: Map<string, TokenBucket>;
}

/** A REST API as its templates describe it; it serves once it has a stage. */
export interface Api {
  readonly id: string;
  readonly name: string;
  readonly body: ApiBody;
  readonly responses: Map<GatewayResponseType, GatewayResponse>;
  stage: Stage | undefined;
}

/** A stable id like API Gateway's: ten letters and digits. */
export const stableId = (of: string): string =>
  BigInt(`0x${createHash('sha256').update(of).digest('hex').slice(0, 16)}`)
    .toString(36)
    .padStart(10, '0')
    .slice(0, 10);

const routesOf = (api: Api): Route[] =>
  api.body.operations.map((operation) => ({
    ...operation,
    api,
    resourceId: stableId(`${api.id} ${operation.path}`).slice(0, 6),
    parameters: [...operation.path.matchAll(/\{([^}+]+)\+?\}/g)].map((match) => match[1] ?? ''),
  }));

/** All REST APIs of the templates, on one port. */
export const createApis = () => {
  const byId = new Map<string, Api>();
  let router: Router | undefined;
  const list = (): Api[] => [...byId.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    put: (api: Api): void => {
      byId.set(api.id, api);
      router = undefined;
    },
    /** @throws Error for an id that no template has */
    get: (id: string, where: string): Api => {
      const api = byId.get(id);
      if (api === undefined) throw new Error(`${where}: there is no REST API ${id}`);
      return api;
    },
    find: (id: string): Api | undefined => byId.get(id),
    list,
    deploy: (api: Api, stage: Stage): void => {
      api.stage = stage;
      router = undefined;
    },
    router: (): Router => {
      router ??= createRouter(
        list()
          .filter((api) => api.stage !== undefined)
          .flatMap(routesOf),
      );
      return router;
    },
  };
};

export type Apis = ReturnType<typeof createApis>;
