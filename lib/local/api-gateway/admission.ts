/**
 * On AWS every invocation has a processor of its own; here all share a few. So that a burst does not stretch each step of
 * each request until the time-outs of all of them pass, only so many requests are worked on at once; the others wait in
 * the order in which they came, and their time-outs begin when their turn does.
 */
export const createAdmission = (places: number): (<Result>(work: () => Promise<Result>) => Promise<Result>) => {
  const waiting: (() => void)[] = [];
  let free = places;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
};

/** More does not answer sooner on two processors: the bench's 32 clients are answered as fast with 32 as with 200. */
export const REQUESTS_AT_ONCE = 32;
