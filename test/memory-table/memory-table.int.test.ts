import { afterAll, beforeAll } from 'vitest';
import { startTestEngine, type TestEngine } from '../fixtures/engine.ts';
import { DUE, memoryTableContract } from './contract.ts';

let engine: TestEngine | undefined;
const started = (): TestEngine => {
  if (engine === undefined) throw new Error('not started yet');
  return engine;
};
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(() => started().stop());

memoryTableContract('what the memory table says, the engine says', async () => ({
  client: started().client,
  name: await started().newTable([DUE]),
}));
