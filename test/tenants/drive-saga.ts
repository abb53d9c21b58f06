import { ONBOARDING } from '../../functions/tenants/onboarding.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import { TRACE, type World } from './fixtures.ts';

/** The machine went away in the middle. */
export class Killed extends Error {}

type Name = keyof World['functions'];

export interface Weather {
  /** So many calls are made, then the machine is gone. */
  readonly calls?: number;
  /** What happens to a call instead of being made as it should be. */
  readonly fail?: { readonly name: Name; readonly when: 'before' | 'after' };
}

const isFunction = (world: World, name: string): name is Name => Object.hasOwn(world.functions, name);

/**
 * Runs the steps of onboarding as the state machine does: forward until one refuses or fails, then the undo of every
 * step that was begun, the last one first. An undo that fails does not keep the others from being tried.
 */
export const driveSaga = async (
  world: World,
  tenant: TenantId,
  { calls = Infinity, fail }: Weather = {},
): Promise<'completed' | 'refused' | 'failed'> => {
  let left = calls;
  const call = async (name: string): Promise<string> => {
    if (!isFunction(world, name)) throw new Error(`The world has no ${name}`);
    if (left === 0) throw new Killed();
    left -= 1;
    if (fail?.name === name && fail.when === 'before') throw new Error(`${name} failed`);
    const { status } = await world.functions[name]({ tenant, traceId: TRACE });
    if (fail?.name === name) throw new Error(`the answer of ${name} was lost`);
    return status;
  };
  const undo = async (begun: number): Promise<void> => {
    for (const step of ONBOARDING.slice(0, begun).toReversed()) {
      try {
        await call(step.undo.name);
      } catch (error) {
        if (error instanceof Killed) throw error;
      }
    }
  };
  for (const [position, step] of ONBOARDING.entries()) {
    const proceedOn: readonly string[] = step.proceedOn;
    let status: string;
    try {
      status = await call(step.run.name);
    } catch (error) {
      if (error instanceof Killed) throw error;
      await undo(position + 1);
      return 'failed';
    }
    if (!proceedOn.includes(status)) {
      await undo(position + 1);
      return 'refused';
    }
  }
  return 'completed';
};
