import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  admissionOf,
  afterCalls,
  afterProbe,
  type Circuit,
  CIRCUIT,
  newCircuit,
  withProbe,
} from '../../lib/runtime/circuit.ts';

const FAILED = { calls: 1, failures: 1 };
const START = 1_000_000;

const failing = (circuit: Circuit, times: number, now: number): Circuit =>
  Array.from({ length: times }).reduce<Circuit>((before) => afterCalls(before, FAILED, now), circuit);
const openAt = (now: number): Circuit => failing(newCircuit, CIRCUIT.failures, now);

describe('a circuit', () => {
  it('opens at the fifth failure of a window, and not before', () => {
    expect(failing(newCircuit, CIRCUIT.failures - 1, START).state).toBe('closed');
    expect(openAt(START)).toEqual({ state: 'open', openings: 1, until: START + CIRCUIT.openMs });
  });

  it('forgets failures with their window', () => {
    const almost = failing(newCircuit, CIRCUIT.failures - 1, START);
    expect(afterCalls(almost, FAILED, START + CIRCUIT.windowMs).state).toBe('closed');
    expect(afterCalls(almost, FAILED, START + CIRCUIT.windowMs - 1).state).toBe('open');
  });

  it('stays closed while most calls succeed', () => {
    const busy = Array.from({ length: 100 }).reduce<Circuit>(
      (before) => afterCalls(before, { calls: 3, failures: 1 }, START),
      newCircuit,
    );
    expect(busy.state).toBe('closed');
  });

  it('lets nothing pass while it is open, then one probe, and another only when that one is overdue', () => {
    const open = openAt(START);
    expect(admissionOf(open, START)).toEqual({ kind: 'refuse', waitMs: CIRCUIT.openMs });
    expect(withProbe(open, 'early', 3000, START + CIRCUIT.openMs - 1)).toBe(open);

    const later = START + CIRCUIT.openMs;
    const probing = withProbe(open, 'first', 3000, later);
    expect(probing).toMatchObject({ state: 'half-open', probe: 'first' });
    expect(withProbe(probing, 'second', 3000, later + 2999)).toBe(probing);
    expect(withProbe(probing, 'second', 3000, later + 3000)).toMatchObject({ probe: 'second' });
  });

  it('goes by the verdict of its probe alone', () => {
    const probing = withProbe(openAt(START), 'probe', 3000, START + CIRCUIT.openMs);
    const now = START + CIRCUIT.openMs + 100;
    expect(afterProbe(probing, 'replaced', true, now)).toBe(probing);
    expect(afterCalls(probing, { calls: 50, failures: 50 }, now)).toBe(probing);
    expect(afterProbe(probing, 'probe', true, now)).toMatchObject({ state: 'closed', failures: 0 });
    expect(afterProbe(probing, 'probe', false, now)).toEqual({ state: 'open', openings: 2, until: now + 10_000 });
  });

  it('is open longer each time in a row, at most a minute, and briefly again after a calm time', () => {
    let circuit = openAt(START);
    let now = START;
    const waits: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      if (circuit.state !== 'open') throw new Error('it is not open');
      waits.push(circuit.until - now);
      now = circuit.until;
      circuit = afterProbe(withProbe(circuit, 'probe', 3000, now), 'probe', false, now);
    }
    expect(waits).toEqual([5000, 10_000, 20_000, 40_000, 60_000, 60_000]);

    const closed = afterProbe(withProbe(openAt(START), 'p', 1, START + 5000), 'p', true, START + 5000);
    const soon = START + 5000 + CIRCUIT.calmMs;
    expect(failing(closed, CIRCUIT.failures, soon)).toMatchObject({ openings: 2 });
    expect(failing(closed, CIRCUIT.failures, soon + 1)).toMatchObject({ openings: 1 });
  });

  it('whatever happens: is never stuck, and never lets two live probes be', () => {
    const step = fc.record({
      wait: fc.integer({ min: 0, max: 20_000 }),
      what: fc.constantFrom('fail', 'mixed', 'probe', 'good', 'bad'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        let circuit: Circuit = newCircuit;
        let now = START;
        let probe: { readonly name: string; readonly until: number } | undefined;
        for (const [index, { wait, what }] of steps.entries()) {
          now += wait;
          const before = circuit;
          if (what === 'fail') circuit = afterCalls(circuit, FAILED, now);
          if (what === 'mixed') circuit = afterCalls(circuit, { calls: 4, failures: 1 }, now);
          if (what === 'probe') {
            const name = String(index);
            circuit = withProbe(circuit, name, 3000, now);
            if (circuit !== before) {
              if (probe !== undefined) expect(now).toBeGreaterThanOrEqual(probe.until);
              probe = { name, until: now + 3000 };
            }
          }
          if ((what === 'good' || what === 'bad') && probe !== undefined) {
            circuit = afterProbe(circuit, probe.name, what === 'good', now);
            probe = undefined;
          }
          if (circuit.state === 'closed') expect(circuit.failures).toBeLessThanOrEqual(circuit.calls);
          else expect(circuit.until - now).toBeLessThanOrEqual(CIRCUIT.longestOpenMs);
          expect(admissionOf(circuit, now + CIRCUIT.longestOpenMs).kind).not.toBe('refuse');
        }
      }),
    );
  });
});
