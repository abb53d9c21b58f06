import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { afterCalls, CIRCUIT, newCircuit, withProbe } from '../../lib/runtime/circuit.ts';
import { dynamoCircuits } from '../../lib/runtime/dynamo-circuits.ts';
import { tenantId } from '../../lib/runtime/tenant.ts';
import { startTestEngine, type TestEngine } from '../fixtures/engine.ts';

const NOW = 1_000_000;
const OF = { dependency: 'pricing.quote' };
const FAILED = { calls: 1, failures: 1 };

describe('circuits in a table', () => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await startTestEngine();
  });
  afterAll(() => engine.stop());

  it('are closed until something is written', async () => {
    const circuits = dynamoCircuits(engine.client, await engine.newTable());
    expect(await circuits.read(OF)).toEqual(newCircuit);
    expect(await circuits.read(OF)).toEqual(newCircuit);
  });

  it('count every failure of instances that report at once', async () => {
    const table = await engine.newTable();
    const report = () => dynamoCircuits(engine.client, table).change(OF, (circuit) => afterCalls(circuit, FAILED, NOW));
    await Promise.all(Array.from({ length: CIRCUIT.failures - 1 }, report));
    expect(await dynamoCircuits(engine.client, table).read(OF)).toMatchObject({ failures: CIRCUIT.failures - 1 });
    await report();
    expect(await dynamoCircuits(engine.client, table).read(OF)).toMatchObject({ state: 'open', openings: 1 });
  });

  it('give the probe to one of those who want it at once', async () => {
    const table = await engine.newTable();
    const circuits = dynamoCircuits(engine.client, table);
    await circuits.change(OF, () => ({ state: 'open', openings: 1, until: NOW }));
    const names = Array.from({ length: 5 }, (_, index) => `probe-${index}`);
    const seen = await Promise.all(
      names.map((name) => circuits.change(OF, (circuit) => withProbe(circuit, name, 3000, NOW))),
    );
    const holders = seen.map((circuit) => (circuit.state === 'half-open' ? circuit.probe : ''));
    expect(new Set(holders).size).toBe(1);
    expect(names).toContain(holders[0]);
  });

  it("are the tenant's own where the dependency is", async () => {
    const circuits = dynamoCircuits(engine.client, await engine.newTable());
    const [one, other] = [tenantId.random(), tenantId.random()];
    await circuits.change({ ...OF, tenant: one }, () => ({ state: 'open', openings: 1, until: NOW }));
    expect(await circuits.read({ ...OF, tenant: one })).toMatchObject({ state: 'open' });
    expect(await circuits.read({ ...OF, tenant: other })).toEqual(newCircuit);
    expect(await circuits.read(OF)).toEqual(newCircuit);
  });
});
