import { expect, test } from 'vitest';
import { createWeather } from '../../lib/local/weather.ts';

const rolls = (seed: number) => {
  const weather = createWeather({ rough: true, seed });
  return Array.from({ length: 1000 }, () => weather.roll(0.05));
};

test('calm weather never rolls and never delays', () => {
  const weather = createWeather({ rough: false, seed: 1 });
  expect([weather.rough, weather.roll(1), weather.delay(1000)]).toEqual([false, false, 0]);
});

test('rough weather is the same for the same seed and another for another', () => {
  expect(rolls(7)).toEqual(rolls(7));
  expect(rolls(7)).not.toEqual(rolls(8));
});

test('a chance of 5 % comes about 5 % of the time', () => {
  const hits = rolls(3).filter(Boolean).length;
  expect(hits).toBeGreaterThan(25);
  expect(hits).toBeLessThan(80);
});

test('delays stay below their maximum', () => {
  const weather = createWeather({ rough: true, seed: 1 });
  for (let round = 0; round < 100; round += 1) expect(weather.delay(50)).toBeLessThan(50);
});
