import { expect, test } from 'vitest';
import { role } from '../fake-ports.ts';
import { createWorld } from './world.ts';

const definition = { StartAt: 'done', States: { done: { Type: 'Succeed' } } };
const logged = { LoggingConfiguration: { level: 'ERROR' } };

test('a machine with a log is not made for a role that may not deliver logs', async () => {
  const world = createWorld({ denies: ({ action }) => action === 'logs:PutResourcePolicy' });
  await expect(world.provision('quiet', definition, 'EXPRESS')).resolves.toContain('quiet');
  await expect(world.provision('logged', definition, 'EXPRESS', logged)).rejects.toThrow('logs:PutResourcePolicy');
});

test('the log delivery is asked for by the role of the machine', async () => {
  const world = createWorld({});
  await world.provision('logged', definition, 'EXPRESS', logged);
  const principal = { kind: 'role', arn: role('logged') };
  expect(world.iam.asked).toContainEqual({ principal, action: 'logs:CreateLogDelivery', resource: '*' });
  expect(world.iam.asked).toHaveLength(8);
});
