import { seededRandom } from '../../lib/local/weather.ts';

/** What a run leaves to chance, and a seed repeats. */
export interface Chance {
  pick<Item>(items: readonly Item[]): Item;
  shuffled(items: readonly string[]): string[];
}

export const createChance = (seed: number): Chance => {
  const random = seededRandom(seed);
  return {
    pick: (items) => {
      const item = items[Math.floor(random() * items.length)];
      if (item === undefined) throw new Error('There is nothing to pick from');
      return item;
    },
    shuffled: (items) =>
      items
        .map((item) => ({ item, place: random() }))
        .sort((one, other) => one.place - other.place)
        .map(({ item }) => item),
  };
};
