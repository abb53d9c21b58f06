/** Attempts to log in, by the hash of the email, in a realm. */
export interface AttemptStore {
  /**
   * Counts an attempt and lets it through, or says for how many seconds none is. Attempts at the same time are counted
   * one by one.
   * @returns 0 when it is let through
   */
  begin(emailHash: string, now: Date): Promise<number>;
  /** How an attempt ended that was let through. A right one makes the wrong ones before it forgotten. */
  settle(emailHash: string, outcome: 'right' | 'wrong'): Promise<void>;
}
