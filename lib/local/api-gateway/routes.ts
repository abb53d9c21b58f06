import type { Api } from './apis.ts';
import type { OperationDefinition } from './api-body.ts';

/** An operation of a deployed API. */
export interface Route extends OperationDefinition {
  readonly api: Api;
  readonly resourceId: string;
  /** Names of its path parameters, in order. */
  readonly parameters: readonly string[];
}

export interface RouteMatch {
  readonly route: Route;
  /** Values of the path parameters as they were sent (percent-encoded), in order. */
  readonly values: readonly string[];
}

interface Segment {
  readonly literals: Map<string, Segment>;
  parameter: Segment | undefined;
  /** `{name+}`: the rest of the path. */
  greedy: Map<string, Route> | undefined;
  readonly methods: Map<string, Route>;
  /** The APIs that have routes from here on. */
  readonly apis: Set<Api>;
}

const newSegment = (): Segment => ({
  literals: new Map(),
  parameter: undefined,
  greedy: undefined,
  methods: new Map(),
  apis: new Set(),
});

const place = (table: Map<string, Route>, route: Route): void => {
  const taken = table.get(route.method);
  if (taken !== undefined) {
    throw new Error(`${route.method} ${route.path} is served by both ${taken.api.name} and ${route.api.name}`);
  }
  table.set(route.method, route);
};

const add = (root: Segment, route: Route): void => {
  let segment = root;
  segment.apis.add(route.api);
  for (const part of route.path.split('/').slice(1)) {
    if (/^\{[^}]+\+\}$/.test(part)) {
      segment.greedy ??= new Map();
      place(segment.greedy, route);
      return;
    }
    if (part.startsWith('{')) {
      segment.parameter ??= newSegment();
      segment = segment.parameter;
    } else {
      const next = segment.literals.get(part) ?? newSegment();
      segment.literals.set(part, next);
      segment = next;
    }
    segment.apis.add(route.api);
  }
  place(segment.methods, route);
};

const methodIn = (table: ReadonlyMap<string, Route> | undefined, method: string): Route | undefined =>
  table?.get(method) ?? table?.get('ANY');

const find = (
  segment: Segment,
  parts: readonly string[],
  at: number,
  method: string,
  values: readonly string[],
): RouteMatch | undefined => {
  const part = parts[at];
  if (part === undefined) {
    const route = methodIn(segment.methods, method);
    return route === undefined ? undefined : { route, values };
  }
  const literal = segment.literals.get(part);
  const found = literal === undefined ? undefined : find(literal, parts, at + 1, method, values);
  if (found !== undefined) return found;
  if (segment.parameter !== undefined && part !== '') {
    const below = find(segment.parameter, parts, at + 1, method, [...values, part]);
    if (below !== undefined) return below;
  }
  const rest = parts.slice(at).join('/');
  const greedy = rest === '' ? undefined : methodIn(segment.greedy, method);
  return greedy === undefined ? undefined : { route: greedy, values: [...values, rest] };
};

export interface Router {
  /** The route of a request; a literal segment goes before a parameter, that before `{rest+}`. */
  match(method: string, path: string): RouteMatch | undefined;
  /**
   * The API that answers for a path without a route: the only one with routes below the part that is known, else the
   * first of all. (On AWS each API has a host of its own, so that one of them is always asked.)
   */
  owner(path: string): Api | undefined;
}

/**
 * One table of the routes of all APIs, by path.
 * @throws Error when two APIs serve the same method and path
 */
export const createRouter = (routes: readonly Route[]): Router => {
  const root = newSegment();
  for (const route of routes) add(root, route);
  return {
    match: (method, path) => find(root, path.split('/').slice(1), 0, method, []),
    owner: (path) => {
      let segment: Segment | undefined = root;
      let apis = root.apis;
      for (const part of path.split('/').slice(1)) {
        segment = segment?.literals.get(part) ?? segment?.parameter;
        if (segment === undefined) break;
        apis = segment.apis;
      }
      return [...(apis.size === 1 ? apis : root.apis)][0];
    },
  };
};
