import * as z from 'zod';
import type { CallerKind, RouteDefinition } from '../../lib/runtime/route.ts';

export const nameOf = (route: RouteDefinition): string => `${route.method} ${route.path}`;

/** One id of each kind, of nothing: well-formed, so that what comes after the path is looked at. */
const WELL_FORMED = [
  'tnt',
  'key',
  'stf',
  'cus',
  'adr',
  'prod',
  'var',
  'cat',
  'imp',
  'loc',
  'tax',
  'zone',
  'promo',
  'cart',
  'ord',
  'pay',
  'file',
  'upl',
  'node',
].map((prefix) => `${prefix}_${'0'.repeat(26)}`);
const CANDIDATES = [...WELL_FORMED, 'de', 'nothing'];

const issuesOf = (schema: z.ZodType, params: Record<string, string>): ReadonlySet<string> =>
  new Set((schema.safeParse(params).error?.issues ?? []).map((issue) => String(issue.path[0])));

/** The route's path with `parameters` for its parameters, or with well-formed ones that name nothing. */
export const pathOf = (route: RouteDefinition, parameters?: string): string =>
  route.path.replaceAll(/\{([A-Za-z]+)\}/g, (_, name: string) => {
    if (parameters !== undefined) return parameters;
    const { params } = route;
    const fitting = CANDIDATES.find((value) => params === undefined || !issuesOf(params, { [name]: value }).has(name));
    if (fitting === undefined) throw new Error(`${nameOf(route)}: no known kind of id fits {${name}}; add its prefix`);
    return fitting;
  });

const PREFERRED: readonly CallerKind[] = ['secret', 'operator', 'publishable', 'customer', 'staff'];

/** A kind of caller that the route is for; undefined for public routes. */
export const callerFor = (route: RouteDefinition): CallerKind | undefined =>
  route.callers === 'public'
    ? undefined
    : PREFERRED.find((kind) => (route.callers as readonly string[]).includes(kind));

/** The names of a body's members, if it is an object. */
export const membersOf = (route: RouteDefinition): string[] =>
  route.body instanceof z.ZodObject ? Object.keys(route.body.shape) : [];
