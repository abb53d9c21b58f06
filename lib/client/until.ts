/**
 * Asks again until there is an answer: for what becomes true a moment later (events, jobs).
 * @throws when `timeoutMs` have passed, with what was waited for
 */
export const until = async <Result>(
  what: string,
  ask: () => Promise<Result | undefined>,
  { timeoutMs = 20_000, everyMs = 50 }: { readonly timeoutMs?: number; readonly everyMs?: number } = {},
): Promise<Result> => {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const result = await ask();
    if (result !== undefined) return result;
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs / 1000} s in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
};
