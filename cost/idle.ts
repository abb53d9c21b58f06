import { usageOf } from './count.ts';
import { countedOf, type Measured } from './measured.ts';
import { MONTH_HOURS } from './stage.ts';
import { scaled, sum, type Usage } from './usage.ts';

/**
 * Lambda asks an empty queue by long polls of 20 s, with five pollers to begin with (its documentation, "Using Lambda with
 * Amazon SQS"): 657,000 requests a month for each queue that a function reads.
 */
export const POLLERS = 5;
export const LONG_POLL_SECONDS = 20;

const POLLS_PER_MONTH = (POLLERS * MONTH_HOURS * 3600) / LONG_POLL_SECONDS;

/** What a stage takes in a month in which nobody comes, by cause. */
export const idleUsage = (measured: Measured): readonly (readonly [cause: string, Usage])[] => {
  const { stage } = measured;
  const scheduled = stage.schedules.map(({ functionName, runsPerMonth }): readonly [string, Usage] => {
    const counted = countedOf(measured, `schedule ${functionName}`);
    // Run every minute, it has its environment; run once a day, it has not.
    const share = runsPerMonth > MONTH_HOURS ? 0 : 1;
    const each = scaled(usageOf(counted.counts, stage, { share, initMs: measured.initMs }), 1 / counted.times);
    return [`${functionName}, ${Math.round(runsPerMonth)} runs`, scaled({ ...each, schedule: 1 }, runsPerMonth)];
  });
  return [
    [`${stage.alarms} alarms`, { alarm: stage.alarms }],
    [
      `${stage.queueConsumers.length} queues asked by ${POLLERS} pollers each`,
      { queueRequest: stage.queueConsumers.length * POLLS_PER_MONTH },
    ],
    [`${stage.secrets} secrets`, { secret: stage.secrets }],
    ...scheduled,
  ];
};

export const idleTotal = (measured: Measured): Usage => sum(...idleUsage(measured).map(([, usage]) => usage));
