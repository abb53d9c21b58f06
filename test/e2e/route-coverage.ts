import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as z from 'zod';

/** Every request of the suite: `<method> <path> <status>` a line. */
export const ROUTE_LOG = '.local/reports/e2e-routes.log';

const Template = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({
      Type: z.string(),
      Properties: z
        .looseObject({
          Body: z.looseObject({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) }).optional(),
        })
        .optional(),
    }),
  ),
});

export interface TemplateRoute {
  readonly method: string;
  readonly path: string;
}

/** The routes of every API of the synthesized app, so that a new one is seen without anyone remembering it. */
export const templateRoutes = (): TemplateRoute[] => {
  if (!existsSync('cdk.out')) throw new Error('There is no cdk.out: run npm run synth first');
  return readdirSync('cdk.out')
    .filter((file) => file.endsWith('.template.json'))
    .flatMap((file) => Object.values(Template.parse(JSON.parse(readFileSync(`cdk.out/${file}`, 'utf8'))).Resources))
    .filter((resource) => resource.Type === 'AWS::ApiGateway::RestApi')
    .flatMap((resource) => Object.entries(resource.Properties?.Body?.paths ?? {}))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })))
    .filter((route) => route.method !== 'OPTIONS' && !route.method.startsWith('X-'));
};

/** How specific a path is: fixed segments win over parameters, as in API Gateway. */
const matcher = (path: string): RegExp =>
  new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);

/** The routes that got no 2xx (or 3xx), or no 4xx, each with what is missing. Health has no refusal. */
export const untouchedRoutes = (log: string): string[] => {
  const routes = templateRoutes()
    .map((route) => ({
      ...route,
      pattern: matcher(route.path),
      fixed: (route.path.match(/\{/g) ?? []).length,
      good: false,
      refused: false,
    }))
    .sort((a, b) => a.fixed - b.fixed);
  for (const line of log.split('\n')) {
    const [method, path, status] = line.split(' ');
    const route = routes.find(
      (candidate) => candidate.method === method && path !== undefined && candidate.pattern.test(path),
    );
    if (route === undefined) continue;
    if (Number(status) >= 200 && Number(status) < 400) route.good = true;
    if (Number(status) >= 400 && Number(status) < 500) route.refused = true;
  }
  return routes.flatMap((route) => {
    const refusal = route.refused || route.path.endsWith('/health') || route.path.endsWith('jwks.json');
    return route.good && refusal
      ? []
      : [`${route.method} ${route.path}: ${route.good ? '' : 'no success '}${refusal ? '' : 'no refusal'}`];
  });
};
