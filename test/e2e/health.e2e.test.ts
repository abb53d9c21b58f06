import { expect, it } from 'vitest';
import { until } from '../../lib/client/until.ts';
import { as } from './caller.ts';
import { templateRoutes } from './route-coverage.ts';

const paths = templateRoutes().flatMap(({ method, path }) => (path.endsWith('/health') ? [`${method} ${path}`] : []));

it('every domain says how it is', () => {
  expect(paths.length).toBeGreaterThanOrEqual(8);
});

it.each(paths)('%s answers anybody, in few words', async (route) => {
  // A first start may take longer than the 200 ms that a domain has to answer in.
  const answer = await until('the domain to be well', async () => {
    const response = await as(undefined).get(route.replace('GET ', ''));
    return response.status === 200 ? response : undefined;
  });
  expect(answer.body).toEqual({ domain: /v1\/([a-z]+)\//.exec(route)?.[1], status: 'ok' });
});
