import { join } from 'node:path';
import { patchedCopy } from '../../prove/planted/plant.ts';
import { WITHDRAWN } from './changes.ts';
import { createChance } from './chance.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { onboardShops, sellFromShops } from './late-domain.ts';
import { createSteps, type EmulatedRun, Surprise } from './steps.ts';

/** Every domain with an API. */
export const DOMAINS = [
  'accounts',
  'carts',
  'catalog',
  'inventory',
  'orders',
  'payments',
  'pricing',
  'storage',
  'tenants',
];
/** Those without which a shop can be onboarded already. */
const LATE = ['carts', 'catalog', 'inventory', 'orders', 'payments', 'pricing', 'storage'];
/** Every domain answers, and two shops sell. */
const SMOKE = ['health', 'first-sale'];

const withEmulator = async (run: EmulatedRun, auth: boolean, work: (emulator: Emulator) => Promise<void>) => {
  const folder = join(run.folder, auth ? 'emulator-with-iam' : 'emulator');
  const emulator = await startEmulator({ installed: run.installed, folder, auth, signal: run.signal });
  try {
    await work(emulator);
  } finally {
    await emulator.stop();
  }
};

/** Three orders of the domains: all at once; with a domain that comes after the first tenants; and with the whole suite. */
export const deployInOrders = (run: EmulatedRun): Promise<void> =>
  withEmulator(run, false, async (emulator) => {
    const steps = createSteps(run, emulator);
    const chance = createChance(run.seed);
    await steps.bootstrapped('bootstrap');

    const first = chance.shuffled(DOMAINS);
    const { assembly } = await steps.deployed(`deploy: ${first.join(', ')}`, { order: first });
    run.adapted = assembly.adapted;
    await steps.tested('every domain answers, two shops sell', SMOKE);
    await steps.destroyed(assembly);

    const second = chance.shuffled(DOMAINS);
    const late = chance.pick(LATE);
    const early = second.filter((domain) => domain !== late);
    await steps.deployed(`deploy: ${early.join(', ')}`, { order: second, without: late });
    const shops = await steps.timed(`onboard two shops without ${late}`, () => onboardShops(emulator.url));
    const added = await steps.deployed(`add ${late}`, { order: second });
    const unexpected = added.changed.filter((stack) => !stack.endsWith(`-${late}`) && !stack.endsWith('-access'));
    if (unexpected.length > 0) throw new Surprise(`Adding ${late} changed: ${unexpected.join(', ')}`);
    await steps.tested('every domain answers, two shops sell', SMOKE);
    await steps.timed('the two shops of before sell', async () => {
      const broken = (await sellFromShops(emulator.url, shops)).filter(({ kept }) => !kept);
      if (broken.length > 0)
        throw new Surprise(broken.map(({ promise, detail }) => `${promise}: ${detail}`).join('\n'));
    });
    await steps.destroyed(added.assembly);

    const third = chance.shuffled(DOMAINS);
    const whole = await steps.deployed(`deploy: ${third.join(', ')}`, { order: third });
    if (!run.quick) await steps.tested('the whole end-to-end suite');
    await steps.updated(chance.pick(DOMAINS), third);
    await steps.tested('every domain answers, two shops sell', SMOKE);
    await steps.destroyed(whole.assembly);
  });

/** With IAM evaluated, a permission that is taken away is missed by the tests that passed with it. */
export const withdrawPermission = (run: EmulatedRun): Promise<void> =>
  withEmulator(run, true, async (emulator) => {
    const steps = createSteps(run, emulator);
    const chance = createChance(run.seed);
    const order = chance.shuffled(DOMAINS);
    const settings = { order, ownCredentials: true };
    const { what, patch } = chance.pick(WITHDRAWN);
    await steps.bootstrapped('bootstrap, with IAM evaluated');
    await steps.deployed('deploy, with IAM evaluated', settings);
    const before = await steps.tested('every domain answers, two shops sell', SMOKE);
    if (before.failed > 0)
      throw new Surprise('The tests fail with IAM evaluated, so they cannot tell what is withdrawn');
    const copy = await patchedCopy([patch]);
    try {
      await steps.deployed(`withdraw: ${what}`, settings, copy.root);
    } finally {
      copy.remove();
    }
    const { failed } = await steps.noticed(`the tests notice that ${what}`, SMOKE);
    if (failed === 0) throw new Surprise(`Nothing failed although ${what}`);
  });
