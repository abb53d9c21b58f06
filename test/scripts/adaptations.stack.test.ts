import { describe, expect, it } from 'vitest';
import { synthesizedApp } from '../assembly/app.ts';
import { ADAPTATIONS, adapt } from '../../scripts/emulated/adaptations.ts';

const ENDPOINT = 'http://127.0.0.1:4566';
let counts: number[] = [];
/** A deployment of an API is named after what it deploys. */
const withoutHash = (text: string): string => text.replaceAll(/(ApiDeployment[0-9A-F]{8})[0-9a-f]{32}/g, '$1');
const resourcesOf = (stacks: ReturnType<typeof synthesizedApp>) =>
  new Map(
    stacks.flatMap(({ domain, template }) =>
      Object.entries(template.Resources).map(([id, resource]) => {
        const { Type } = resource;
        return [withoutHash(`${domain}/${id}`), { Type, text: withoutHash(JSON.stringify(resource)) }] as const;
      }),
    ),
  );
const asDeployed = resourcesOf(synthesizedApp());
const asAdapted = resourcesOf(
  synthesizedApp({
    before: (app) => {
      counts = adapt(app, ENDPOINT);
    },
  }),
);

describe('what the emulator gets', () => {
  it('is otherwise in what is listed, and in nothing else', () => {
    const listed = new Set(ADAPTATIONS.map(({ type }) => type));
    const different = [...asDeployed].filter(([name, resource]) => asAdapted.get(name)?.text !== resource.text);
    expect(different.filter(([, { Type }]) => !listed.has(Type)).map(([name]) => name)).toEqual([]);
    expect([...asAdapted.keys()].filter((name) => !asDeployed.has(name))).toEqual([]);
  });

  it('needs every adaptation of the list', () => {
    expect(counts).toHaveLength(ADAPTATIONS.length);
    for (const [index, { type, reason }] of ADAPTATIONS.entries()) {
      expect(counts[index], `${type}: ${reason}`).toBeGreaterThan(0);
    }
  });
});
