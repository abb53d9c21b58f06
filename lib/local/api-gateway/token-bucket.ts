/** A token bucket: `burst` requests at once, refilled with `rate` a second. */
export interface TokenBucket {
  /** Takes a token; false when there is none. */
  take(now: number): boolean;
}

/** @param now milliseconds since 1970, at which the bucket is full */
export const createTokenBucket = (rate: number, burst: number, now: number): TokenBucket => {
  let tokens = burst;
  let filledAt = now;
  return {
    take: (at) => {
      tokens = Math.min(burst, tokens + ((at - filledAt) / 1000) * rate);
      filledAt = at;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
};
