/** Who tries to log in: an email's hash, in a realm. */
export interface AttemptStore {
  /**
   * Counts an attempt and lets it through, or says for how many seconds none is. Attempts at the same time are counted
   * one by one.
   * @returns 0 when it is let through
   */
  begin(emailHash: string, now: Date): Promise<number>;
  /** Forgets the attempts: one has succeeded. */
  clear(emailHash: string): Promise<void>;
}
