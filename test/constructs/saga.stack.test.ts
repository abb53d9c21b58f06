import { describe, expect, it } from 'vitest';
import { Saga } from '../../lib/constructs/saga.ts';
import { stackWith, statementsOf, templateOf } from './fixture.ts';

const sagaOf = (type: 'EXPRESS' | 'STANDARD') => {
  const stack = stackWith([]);
  new Saga(stack, 'Checkout', {
    name: 'checkout',
    type,
    timeoutSeconds: 25,
    steps: [
      {
        name: 'lock',
        run: { domain: 'carts', name: 'lock' },
        input: {},
        timeoutSeconds: 3,
        proceedOn: ['locked'],
        undo: { call: { domain: 'carts', name: 'unlock' }, input: {} },
      },
      {
        name: 'confirm',
        run: { domain: 'orders', name: 'confirm' },
        input: {},
        timeoutSeconds: 3,
        proceedOn: ['confirmed'],
      },
    ],
  });
  return templateOf(stack);
};
const arn = (name: string) => `arn:<Partition>:lambda:<Region>:<AccountId>:function:cartwright-dev-${name}:live`;

describe('a saga in a stack', () => {
  it('may run exactly the functions of its steps and undos', () => {
    expect(statementsOf(sagaOf('STANDARD'), 'CheckoutRole')).toEqual([
      {
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Resource: [arn('carts-lock'), arn('carts-unlock'), arn('orders-confirm')],
      },
    ]);
  });

  it('has the name by which others start it', () => {
    sagaOf('EXPRESS').hasResourceProperties('AWS::StepFunctions::StateMachine', {
      StateMachineName: 'cartwright-dev-orders-checkout',
      StateMachineType: 'EXPRESS',
    });
  });

  it('logs its errors without what it was working on, when it keeps no history itself', () => {
    sagaOf('EXPRESS').hasResourceProperties('AWS::StepFunctions::StateMachine', {
      LoggingConfiguration: { Level: 'ERROR', IncludeExecutionData: false },
    });
    const [standard] = Object.values(sagaOf('STANDARD').findResources('AWS::StepFunctions::StateMachine'));
    expect(standard?.['Properties']).not.toHaveProperty('LoggingConfiguration');
  });
});
