import { createInterface } from 'node:readline';
import { createMeter } from '../../../lib/local/meter.ts';
import { createState } from '../../../lib/local/state.ts';
import { createStepFunctions } from '../../../lib/local/step-functions/create-step-functions.ts';
import { account, createFakeIam, createFakeLambda, createFakeQueues, resource, role, root } from '../fake-ports.ts';
import { machineArn, only, task } from './world.ts';

/**
 * A process for the test of kill -9: goes on with what the state file has, else starts one execution, and says each
 * call of a function on its output before it answers; the next line of its input lets it answer. Arguments: state file.
 */
const [file = ''] = process.argv.slice(2);
const lines = createInterface({ input: process.stdin });
const waiting: (() => void)[] = [];
lines.on('line', () => waiting.shift()?.());

const { lambda } = createFakeLambda({
  f: async (event) => {
    const answer = Promise.withResolvers<void>();
    waiting.push(answer.resolve);
    console.log(`call ${JSON.stringify(event)}`);
    await answer.promise;
    return event;
  },
});
const state = createState({ file, synchronous: 'FULL' });
const machines = createStepFunctions({
  account,
  state,
  lambda,
  iam: createFakeIam().iam,
  queues: createFakeQueues().queues,
  meter: createMeter(),
  log: { write: () => undefined },
});

const each = {
  Type: 'Map',
  MaxConcurrency: 1,
  ItemProcessor: { StartAt: 'F', States: { F: task('f') } },
  End: true,
};
const properties = {
  StateMachineName: 'machine',
  RoleArn: role('machine'),
  DefinitionString: JSON.stringify(only(each)),
};
for (const provisioner of machines.provisioners) {
  await provisioner.provision(resource('AWS::StepFunctions::StateMachine', 'machine', properties));
}
const executionArn = machineArn('machine').replace(':stateMachine:', ':execution:').concat(':one');
machines.resume();
await machines.service
  .call('StartExecution', { stateMachineArn: machineArn('machine'), name: 'one', input: '[1,2,3]' }, root)
  .catch((error: unknown) => console.log(String(error)));
await machines.finished(executionArn);
console.log(`ended ${JSON.stringify(await machines.service.call('DescribeExecution', { executionArn }, root))}`);
lines.close();
await state.close();
