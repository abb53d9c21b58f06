import { describe, expect, it } from 'vitest';
import { historyOf, OPERATIONS, shrunk } from '../../prove/storage/history.ts';

describe('histories', () => {
  it('have fifty steps or more, are the same for the same seed, and have every kind of step soon', () => {
    const histories = Array.from({ length: 60 }, (_, seed) => historyOf(seed));
    expect(Math.min(...histories.map(({ length }) => length))).toBeGreaterThanOrEqual(50);
    expect(historyOf(3)).toEqual(histories[3]);
    const kinds = new Set(histories.flat().map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(Object.keys(OPERATIONS).sort());
    expect(histories.flat().some(({ crash }) => crash !== undefined)).toBe(true);
  });

  it('are made as small as can be, and as plain', async () => {
    const history = historyOf(1).map((operation) => ({ ...operation, turns: 3 }));
    const needed = [history[5], history[31], history[40]];
    const found = await shrunk(history, async (candidate) =>
      needed.every((step) => candidate.some(({ seed }) => seed === step?.seed)),
    );
    expect(found.map(({ seed }) => seed)).toEqual(needed.map((step) => step?.seed));
    expect(found.every(({ turns, crash }) => turns === 'all' && crash === undefined)).toBe(true);
  });
});
