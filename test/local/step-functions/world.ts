import { createMeter } from '../../../lib/local/meter.ts';
import { createState } from '../../../lib/local/state.ts';
import { createStepFunctions, type StepFunctions } from '../../../lib/local/step-functions/create-step-functions.ts';
import {
  account,
  createFakeIam,
  createFakeLambda,
  createFakeQueues,
  createKeptLog,
  functionArn,
  HandlerError,
  resource,
  role,
  root,
  type Handler,
} from '../fake-ports.ts';
import { createVirtualClock, type VirtualClock } from '../virtual-clock.ts';
import type { Ended } from './contract/subject.ts';

export { only } from './contract/subject.ts';

export const machineArn = (name: string): string => `arn:aws:states:eu-central-1:111111111111:stateMachine:${name}`;

/** The input of a Step Functions call, and its answer as an object. */
export type Call = (operation: string, input: Record<string, unknown>) => Promise<Record<string, unknown>>;

const asObject = (value: unknown): Record<string, unknown> => ({ ...Object(value) });

/** Step Functions with fake neighbours, a virtual clock, and state in memory or in a file. */
export const createWorld = (options: {
  readonly handlers?: Record<string, Handler>;
  readonly file?: string;
  readonly clock?: VirtualClock;
  readonly denies?: Parameters<typeof createFakeIam>[0];
  readonly random?: () => number;
}) => {
  const clock = options.clock ?? createVirtualClock();
  const state = createState({ file: options.file ?? ':memory:', synchronous: 'NORMAL' });
  const iam = createFakeIam(options.denies);
  const lambda = createFakeLambda(options.handlers ?? {});
  const queues = createFakeQueues();
  const meter = createMeter();
  const { log, entries } = createKeptLog();
  const functions: StepFunctions = createStepFunctions({
    account,
    state,
    meter,
    log,
    clock,
    iam: iam.iam,
    lambda: lambda.lambda,
    queues: queues.queues,
    random: options.random ?? (() => 0.5),
  });
  const provision = async (
    name: string,
    definition: unknown,
    type: 'EXPRESS' | 'STANDARD' = 'STANDARD',
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<string> => {
    const [provisioner] = functions.provisioners;
    const properties = {
      StateMachineName: name,
      StateMachineType: type,
      RoleArn: role(name),
      DefinitionString: JSON.stringify(definition),
      ...more,
    };
    const made = await provisioner?.provision(resource('AWS::StepFunctions::StateMachine', name, properties));
    return made?.ref ?? '';
  };
  const call: Call = async (operation, input) => asObject(await functions.service.call(operation, input, root));
  return { clock, state, iam, lambda, queues, meter, entries, functions, provision, call };
};

export type World = ReturnType<typeof createWorld>;

/** Runs a definition as Express with an input, and answers how it ended. */
export const runExpress = async (
  definition: unknown,
  input: unknown,
  handlers: Record<string, Handler> = {},
): Promise<Ended> => {
  const world = createWorld({ handlers });
  const stateMachineArn = await world.provision('machine', definition, 'EXPRESS');
  const ended = await world.call('StartSyncExecution', { stateMachineArn, input: JSON.stringify(input) });
  const { status, output, error, cause } = ended;
  return { status, error, cause, output: typeof output === 'string' ? JSON.parse(output) : undefined };
};

/** A Task that calls a function. */
export const task = (name: string, more: Record<string, unknown> = { End: true }): Record<string, unknown> => ({
  Type: 'Task',
  Resource: functionArn(name),
  ...more,
});

/** A handler that throws an error of this name. */
export const failing =
  (name: string): Handler =>
  () => {
    throw new HandlerError(name, 'it went wrong');
  };

/** Runs a definition as Express while the virtual clock is moved on. */
export const runOver = async (
  milliseconds: number,
  definition: unknown,
  input: unknown,
  handlers: Record<string, Handler>,
  random = () => 0.5,
) => {
  const world = createWorld({ handlers, random });
  const stateMachineArn = await world.provision('machine', definition, 'EXPRESS');
  const began = world.clock.now();
  const ended = world.call('StartSyncExecution', { stateMachineArn, input: JSON.stringify(input) });
  await world.clock.advance(milliseconds);
  return { ended: await ended, times: world.lambda.calls.length, world, began };
};

/** Starts a Standard execution, and answers its ARN. */
export const started = async (
  world: World,
  stateMachineArn: string,
  input: Record<string, unknown>,
  name?: string,
): Promise<string> => {
  const named = name === undefined ? {} : { name };
  const answer = await world.call('StartExecution', { stateMachineArn, input: JSON.stringify(input), ...named });
  return String(answer['executionArn']);
};
