/** Time as the parts of the local cloud see it, so that tests move it by hand instead of sleeping. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs `work` once, `milliseconds` from now (at the next turn when that is past); the answer cancels it. */
  after(milliseconds: number, work: () => void): () => void;
}

/** Node's timers overflow (and fire at once) beyond this. */
const longestTimer = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, work) => {
    let timer: NodeJS.Timeout | undefined;
    const arm = (left: number): void => {
      timer = setTimeout(() => (left > longestTimer ? arm(left - longestTimer) : work()), Math.min(left, longestTimer));
    };
    arm(Math.max(0, milliseconds));
    return () => clearTimeout(timer);
  },
};
