import { createHash } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import { compileMachine } from './compile-machine.ts';
import type { Machine } from './machine.ts';

/** A state machine as its template describes it. */
export interface StateMachine {
  readonly arn: string;
  readonly name: string;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly roleArn: string;
  readonly definition: string;
  /** Hash of the definition: executions go on with the one that they began with. */
  readonly hash: string;
  readonly machine: Machine;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

export const hashOf = (definition: string): string =>
  createHash('sha256').update(definition).digest('hex').slice(0, 32);

/** The state machines that the templates declare, and every definition that was compiled. */
export const createMachines = () => {
  const byArn = new Map<string, StateMachine>();
  const compiled = new Map<string, Machine>();
  const compile = (definition: string): Machine => {
    const hash = hashOf(definition);
    const known = compiled.get(hash);
    if (known !== undefined) return known;
    const machine = compileMachine(definition);
    compiled.set(hash, machine);
    return machine;
  };
  return {
    compile,
    put: (machine: StateMachine): void => void byArn.set(machine.arn, machine),
    find: (arn: string): StateMachine | undefined => byArn.get(arn),
    get: (arn: string): StateMachine => {
      const found = byArn.get(arn);
      if (found === undefined) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
      return found;
    },
    list: (): StateMachine[] => [...byArn.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
};

export type Machines = ReturnType<typeof createMachines>;
