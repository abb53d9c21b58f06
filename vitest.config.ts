import { defineConfig } from 'vitest/config';

/** Test kinds by file ending (see README): each is a vitest project, so that one kind can be run alone. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.{stack,int,e2e,long,oracle,planted}.test.ts'],
          // Pure code has no state that files could share; loading it anew for each file takes two thirds of the time.
          isolate: false,
        },
      },
      { test: { name: 'stack', include: ['test/**/*.stack.test.ts'], testTimeout: 60_000, hookTimeout: 120_000 } },
      { test: { name: 'int', include: ['test/**/*.int.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } },
      {
        test: {
          name: 'e2e',
          include: ['test/**/*.e2e.test.ts'],
          globalSetup: ['test/e2e/cloud.setup.ts'],
          setupFiles: ['test/e2e/skips.setup.ts', 'test/e2e/grants.setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // What was found is told whole: a failure here is often all that there is to go by.
          chaiConfig: { truncateThreshold: 0 },
          // Only in rough weather: what cannot be told from a repetition's answer (test/e2e/careful-client.ts) is done anew.
          retry: { count: 2, condition: /^(Error: )?Nobody can tell what became of it/ },
        },
      },
      { test: { name: 'oracle', include: ['test/**/*.oracle.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } },
      { test: { name: 'planted', include: ['test/**/*.planted.test.ts'], testTimeout: 300_000 } },
      { test: { name: 'long', include: ['test/**/*.long.test.ts'], testTimeout: 600_000, hookTimeout: 120_000 } },
    ],
  },
});
