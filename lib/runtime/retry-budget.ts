/** What each call earns: of ten calls that need no retry, one may have one. */
const EARNED = 0.1;
/** So many may be spent at once, by a new instance too. */
const MOST = 10;

/** Bounds the retries of one instance to a share of its calls, so that retries never multiply an outage. */
export interface RetryBudget {
  /** A call begins. */
  earn(): void;
  /** May a retry be made? */
  spend(): boolean;
}

export const createRetryBudget = (): RetryBudget => {
  let left = MOST;
  return {
    earn: () => {
      left = Math.min(MOST, left + EARNED);
    },
    spend: () => {
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
};
