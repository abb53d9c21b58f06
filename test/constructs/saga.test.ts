import { describe, expect, it } from 'vitest';
import { sagaDefinition, type SagaStep, undosOf } from '../../lib/constructs/saga-definition.ts';
import { functionArn, type Handler } from '../local/fake-ports.ts';
import { failing, runOver } from '../local/step-functions/world.ts';

/** A call whose function is named by what it does. */
const call = (name: string) => ({ domain: 'any', name });
const id = { 'orderId.$': '$.input.orderId' };

const step = (name: string, more: Partial<SagaStep> = {}): SagaStep => ({
  name,
  run: call(name),
  input: id,
  timeoutSeconds: 2,
  proceedOn: ['done'],
  undo: { call: call(`un${name}`), input: id },
  ...more,
});

const input = { tenant: 'tnt_1', traceId: 'trace-1', input: { orderId: 'o1', paid: true } };
const done: Handler = () => ({ status: 'done' });

/** Runs a saga whose functions all succeed, but for those given; answers its output and the functions in order. */
const run = async (steps: readonly SagaStep[], handlers: Record<string, Handler> = {}, from: unknown = input) => {
  const definition = sagaDefinition({ steps, timeoutSeconds: 25, arnOf: ({ name }) => functionArn(name) });
  const calls = new Set(steps.flatMap((each) => [each.run.name, ...undosOf(each).map(({ call: { name } }) => name)]));
  const all = { ...Object.fromEntries([...calls].map((name) => [name, done])), ...handlers };
  const { ended, world } = await runOver(60_000, definition, from, all);
  const output = typeof ended['output'] === 'string' ? JSON.parse(ended['output']) : undefined;
  return { status: ended['status'], output, calls: world.lambda.calls };
};
const names = (calls: readonly { readonly name: string }[]): string[] => calls.map(({ name }) => name);

describe('a saga', () => {
  const steps = [step('lock'), step('place'), step('reserve')];

  it('does its steps in order, each with the tenant, the trace and its own input', async () => {
    const { output, calls } = await run(steps, { place: () => ({ status: 'done', number: 7 }) });
    expect(names(calls)).toEqual(['lock', 'place', 'reserve']);
    expect(calls[0]?.event).toEqual({ tenant: 'tnt_1', traceId: 'trace-1', input: { orderId: 'o1' } });
    expect(output).toEqual({
      status: 'completed',
      results: { lock: { status: 'done' }, place: { status: 'done', number: 7 }, reserve: { status: 'done' } },
    });
  });

  it("gives a step what an earlier one found, in the input's template", async () => {
    const using = step('reserve', { input: { 'found.$': '$.results.lock.lines' } });
    const { calls } = await run([step('lock'), using], { lock: () => ({ status: 'done', lines: [1, 2] }) });
    expect(calls[1]?.event).toMatchObject({ input: { found: [1, 2] } });
  });

  it('undoes a refused step and all before it, the last first, and says what was refused', async () => {
    const { output, calls } = await run(steps, { place: () => ({ status: 'too_late', since: 3 }) });
    expect(names(calls)).toEqual(['lock', 'place', 'unplace', 'unlock']);
    expect(output).toMatchObject({
      status: 'refused',
      step: 'place',
      refusal: { status: 'too_late', since: 3 },
      undoErrors: {},
    });
  });

  it('undoes a failed step too, because it may have been done', async () => {
    const { output, calls } = await run(steps, { reserve: failing('boom') });
    expect(names(calls)).toEqual(['lock', 'place', 'reserve', 'unreserve', 'unplace', 'unlock']);
    expect(output).toMatchObject({ status: 'failed', step: 'reserve', error: { Error: 'boom' } });
  });

  it('undoes a step that took too long', async () => {
    const late: Handler = () => new Promise(() => undefined);
    const { output, calls } = await run(steps, { reserve: late });
    expect(names(calls)).toEqual(['lock', 'place', 'reserve', 'unreserve', 'unplace', 'unlock']);
    expect(output).toMatchObject({ status: 'failed', error: { Error: 'States.Timeout' } });
  });

  it('begins with the undo that is ordered first', async () => {
    const placing = step('place', { undo: { call: call('reject'), input: id, order: 0 } });
    const { calls } = await run([step('lock'), placing, step('reserve')], { reserve: failing('boom') });
    expect(names(calls)).toEqual(['lock', 'place', 'reserve', 'reject', 'unreserve', 'unlock']);
  });

  it.each([
    ['is true', { paid: true }, ['lock', 'pay', 'reserve', 'unreserve', 'unpay', 'unlock']],
    ['is false', { paid: false }, ['lock', 'reserve', 'unreserve', 'unlock']],
    ['is not there', {}, ['lock', 'reserve', 'unreserve', 'unlock']],
  ])('skips a conditional step and its undo unless its condition %s', async (_, condition, expected) => {
    const conditional = [step('lock'), step('pay', { when: '$.input.paid' }), step('reserve')];
    const from = { ...input, input: { orderId: 'o1', ...condition } };
    const { calls } = await run(conditional, { reserve: failing('boom') }, from);
    expect(names(calls)).toEqual(expected);
  });

  it('goes on with the other undos when one cannot be done, and tells of it', async () => {
    const { output, calls } = await run(steps, { reserve: failing('boom'), unplace: failing('stuck') });
    const tries = ['unplace', 'unplace', 'unplace', 'unplace'];
    expect(names(calls)).toEqual(['lock', 'place', 'reserve', 'unreserve', ...tries, 'unlock']);
    expect(output).toMatchObject({ status: 'failed', step: 'reserve', undoErrors: { place: { Error: 'stuck' } } });
  });

  describe('with a gate before its undos', () => {
    const gate = { call: call('reject'), input: { 'failure.$': '$.end' }, order: 0, proceedOn: ['rejected'] } as const;
    const gated = [step('lock', { undo: [gate, { call: call('unlock'), input: id }] }), step('reserve')];
    const refuse: Handler = () => ({ status: 'short' });

    it('undoes the rest when the gate lets it', async () => {
      const { output, calls } = await run(gated, { reserve: refuse, reject: () => ({ status: 'rejected' }) });
      expect(names(calls)).toEqual(['lock', 'reserve', 'reject', 'unreserve', 'unlock']);
      expect(output).toMatchObject({ status: 'refused', step: 'reserve' });
    });

    it('tells the gate what failed', async () => {
      const { calls } = await run(gated, { reserve: refuse });
      expect(calls[2]?.event).toMatchObject({
        input: { failure: { status: 'refused', step: 'reserve', refusal: { status: 'short' }, error: null } },
      });
    });

    it.each<[string, Handler]>([
      ['answers otherwise', () => ({ status: 'confirmed' })],
      ['cannot be asked', failing('stuck')],
    ])('undoes nothing when the gate %s', async (_, reject) => {
      const { output, calls } = await run(gated, { reserve: refuse, reject });
      expect(new Set(names(calls))).toEqual(new Set(['lock', 'reserve', 'reject']));
      expect(output).toMatchObject({ status: 'kept', step: 'reserve', refusal: { status: 'short' } });
    });
  });

  it('leaves the result of a skipped step for later templates', async () => {
    const using = step('confirm', { input: { 'paid.$': '$.results.pay' } });
    const { calls } = await run([step('pay', { when: '$.input.free' }), using]);
    expect(calls[0]?.event).toMatchObject({ input: { paid: { status: 'skipped' } } });
  });

  it('repeats a step when Lambda could not run it, and for other errors only as often as it is told', async () => {
    const onlyOnce = await run([step('lock')], { lock: failing('boom') });
    expect(names(onlyOnce.calls)).toEqual(['lock', 'unlock']);
    const retried = await run([step('lock', { retry: { attempts: 2, intervalSeconds: 1 } })], {
      lock: failing('boom'),
    });
    expect(names(retried.calls)).toEqual(['lock', 'lock', 'lock', 'unlock']);
    const throttled = await run([step('lock')], { lock: failing('Lambda.TooManyRequestsException') });
    expect(names(throttled.calls)).toEqual(['lock', 'lock', 'lock', 'unlock']);
  });

  it('cannot be made when its steps may outlast it: its own time-out undoes nothing', () => {
    const long = [step('lock', { timeoutSeconds: 12 }), step('place', { timeoutSeconds: 13 })];
    const arnOf = () => functionArn('any');
    expect(() => sagaDefinition({ steps: long, timeoutSeconds: 25, arnOf })).toThrow('nothing undone');
    expect(() => sagaDefinition({ steps: long, timeoutSeconds: 26, arnOf })).not.toThrow();
  });
});
