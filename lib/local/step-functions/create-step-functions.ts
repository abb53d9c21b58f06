import { createAssumedRoles } from '../assumed-roles.ts';
import { systemClock, type Clock } from '../clock.ts';
import type {
  Account,
  AwsService,
  Iam,
  Lambda,
  Log,
  Meter,
  Provisioner,
  Queues,
  State,
  StateMachines,
  Stoppable,
} from '../contracts.ts';
import { createExecutionStore } from './execution-store.ts';
import { createExpressExecutions } from './express-executions.ts';
import { createMachines } from './machines.ts';
import { stateMachineProvisioner } from './provisioner.ts';
import { createStandardExecutions } from './standard-executions.ts';
import { createStatesApi } from './states-api.ts';
import { createTasks } from './tasks.ts';

export interface StepFunctions extends StateMachines, Stoppable {
  readonly service: AwsService;
  readonly provisioners: readonly Provisioner[];
  /** Goes on with the Standard executions that an earlier process left; call it when everything is provisioned. */
  resume(): void;
  /** Resolves when a Standard execution is not running (any more). */
  finished(executionArn: string): Promise<void>;
}

/** Step Functions: Express and Standard state machines in the States Language with JSONPath. */
export const createStepFunctions = (deps: {
  readonly account: Account;
  readonly iam: Iam;
  readonly lambda: Lambda;
  readonly queues: Queues;
  readonly state: State;
  readonly meter: Meter;
  readonly log: Log;
  readonly clock?: Clock;
  /** Between 0 and 1, for the jitter of retries. */
  readonly random?: () => number;
}): StepFunctions => {
  const { account, iam, lambda, queues, state, meter, log, clock = systemClock, random = Math.random } = deps;
  const machines = createMachines();
  const store = createExecutionStore(state, clock.now);
  const stateMachines: StateMachines = {
    start: async ({ stateMachineArn, name, input, principal }) => {
      iam.authorize({ principal, action: 'states:StartExecution', resource: stateMachineArn });
      const machine = machines.get(stateMachineArn);
      const executions = machine.type === 'EXPRESS' ? express : standard;
      const { executionArn } = await executions.start({ machine, name, input, traceId: undefined });
      return { executionArn };
    },
  };
  const perform = createTasks({ account, iam, lambda, queues, stateMachines });
  const assume = createAssumedRoles(iam, 'states.amazonaws.com');
  const common = { assume, perform, log, meter, clock, random };
  const express = createExpressExecutions(common);
  const standard = createStandardExecutions({ ...common, state, store, machines });
  return {
    ...stateMachines,
    service: createStatesApi({ account, iam, machines, store, standard, express }),
    provisioners: [stateMachineProvisioner(account, iam, machines, clock)],
    resume: standard.resume,
    finished: standard.finished,
    stop: async () => {
      express.stop();
      await standard.stop();
    },
  };
};
