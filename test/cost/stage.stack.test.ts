import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { readStage } from '../../cost/stage.ts';

const Template = z.looseObject({
  Resources: z.record(z.string(), z.looseObject({ Type: z.string(), Properties: z.unknown().optional() })),
});
const resources = globSync('cdk.out/*.template.json').flatMap((file) =>
  Object.values(Template.parse(JSON.parse(readFileSync(file, 'utf8'))).Resources),
);
const count = (type: string): number => resources.filter(({ Type }) => Type === type).length;

it("a stage's bill is read from its templates", () => {
  const stage = readStage('cdk.out');
  expect(Object.keys(stage.functions)).toHaveLength(count('AWS::Lambda::Function'));
  expect([stage.alarms, stage.secrets]).toEqual([
    count('AWS::CloudWatch::Alarm'),
    count('AWS::SecretsManager::Secret'),
  ]);
  expect(stage.schedules).toHaveLength(count('AWS::Scheduler::Schedule'));
  expect(stage.machines).toHaveLength(count('AWS::StepFunctions::StateMachine'));
  // The rest of the event sources are streams, which are read for nothing.
  const streams = resources.filter(({ Type, Properties }) =>
    Type === 'AWS::DynamoDB::Table' ? JSON.stringify(Properties).includes('StreamSpecification') : false,
  );
  expect(stage.queueConsumers).toHaveLength(count('AWS::Lambda::EventSourceMapping') - streams.length);
});

it('the checkout runs the functions of its steps', () => {
  const checkout = readStage('cdk.out').machines.find(({ name }) => name.endsWith('-checkout'));
  expect(checkout?.type).toBe('EXPRESS');
  const names = [
    'carts-lock',
    'pricing-quote',
    'orders-place',
    'inventory-reserve',
    'payments-authorize',
    'orders-confirm',
  ];
  expect(checkout?.tasks).toEqual(expect.arrayContaining(names.map((name) => `cartwright-dev-${name}`)));
});
