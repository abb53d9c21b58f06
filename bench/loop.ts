/** How one row of the bench is driven. */
export interface LoopOptions {
  readonly clients: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

/** What a closed loop measured. Latencies in milliseconds, of the work that succeeded in the measured time. */
export interface LoopResult {
  readonly perSecond: number;
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Work that did not succeed, by its reason. */
  readonly failures: Readonly<Record<string, number>>;
  /** All that succeeded, warm-up and stragglers too. */
  readonly done: number;
  /** From the first start to the last end. */
  readonly wholeSeconds: number;
}

export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

/**
 * Closed loop: each client does its next work as soon as the one before has ended. Work returns undefined when it
 * succeeded, else the reason. What ends outside the measured time is not counted.
 */
export const runLoop = async (
  options: LoopOptions,
  work: (client: number, round: number) => Promise<string | undefined>,
): Promise<LoopResult> => {
  const begin = performance.now();
  const from = begin + options.warmUpSeconds * 1000;
  const to = from + options.seconds * 1000;
  const latencies: number[] = [];
  const failures: Record<string, number> = {};
  let done = 0;
  const client = async (index: number): Promise<void> => {
    for (let round = 0; performance.now() < to; round += 1) {
      const started = performance.now();
      const failure = await work(index, round).catch((error: unknown) =>
        error instanceof Error ? error.message.slice(0, 120) : 'unknown',
      );
      const ended = performance.now();
      if (failure === undefined) done += 1;
      if (ended < from || ended > to) continue;
      if (failure === undefined) latencies.push(ended - started);
      else failures[failure] = (failures[failure] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: options.clients }, (_, index) => client(index)));
  latencies.sort((a, b) => a - b);
  return {
    perSecond: latencies.length / options.seconds,
    count: latencies.length,
    p50: percentile(latencies, 0.5),
    p95: percentile(latencies, 0.95),
    p99: percentile(latencies, 0.99),
    failures,
    done,
    wholeSeconds: (performance.now() - begin) / 1000,
  };
};
